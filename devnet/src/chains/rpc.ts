import { DevnetError } from "../errors.ts";

/** One JSON-RPC call over HTTP. @throws DevnetError RpcFailed with the node's own words. */
export async function rpc<T = unknown>(url: string, method: string, params: unknown[] = []): Promise<T> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const { result, error } = (await response.json()) as { result?: T; error?: { code: number; message: string } };
  if (error) throw new DevnetError("RpcFailed", `${method}: ${error.message} (${error.code})`);
  return result as T;
}
