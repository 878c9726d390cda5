import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { z } from "zod";
import { KeyError, SignerUnavailable } from "../errors.ts";
import type { Limits } from "./limits.ts";

/** Far above any transaction or signature. */
const MAX_ANSWER_BYTES = 512 * 1024;
const ATTEMPTS = 2;
/** Answers of proxies, and of a signer that starts or is too busy: the same request may be taken a moment later. */
const LATER = new Set([408, 429, 500, 502, 503, 504]);

const answerSchema = z.union([
  z.object({ id: z.number(), error: z.object({ code: z.int() }) }),
  z.object({ id: z.number(), result: z.unknown() }),
]);

export interface RpcAccess {
  token: string | null;
  /** PEM. */
  ca: string | null;
  /** PEM. */
  client: { cert: string; key: string } | null;
}

/** Calls a method at an address. Throws SignerUnavailable or KeyError; neither says where it was sent or what was answered. */
export type Rpc = (url: URL, method: string, params: readonly unknown[]) => Promise<unknown>;

/** JSON-RPC over HTTP to a signer that may be anybody by now: no redirect is followed, answers are bounded in time and size. */
export function signerRpc({ token, ca, client }: RpcAccess, limits: Limits): Rpc {
  const http = new HttpAgent({ keepAlive: true });
  const https = new HttpsAgent({
    keepAlive: true,
    ...(ca === null ? {} : { ca }),
    ...(client ?? {}),
    minVersion: "TLSv1.2",
  });
  const headers = {
    accept: "application/json",
    "content-type": "application/json",
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };

  const post = (url: URL, body: string, signal: AbortSignal) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const options = { method: "POST", headers: { ...headers, "content-length": Buffer.byteLength(body) }, signal };
      const request =
        url.protocol === "https:"
          ? requestHttps(url, { ...options, agent: https })
          : requestHttp(url, { ...options, agent: http });
      request.once("error", reject);
      request.once("response", (response) => {
        read(response).then((text) => resolve({ status: response.statusCode ?? 0, body: text }), reject);
      });
      request.end(body);
    });

  return async (url, method, params) => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const deadline = AbortSignal.timeout(limits.totalMs);
    for (let attempt = 1; ; attempt++) {
      try {
        const signal = AbortSignal.any([deadline, AbortSignal.timeout(limits.attemptMs)]);
        const answer = await post(url, body, signal).catch((error: unknown) => {
          throw error instanceof KeyError
            ? error
            : new SignerUnavailable(`the remote signer does not answer (${codeOf(error)})`);
        });
        return resultOf(answer);
      } catch (error) {
        if (!(error instanceof SignerUnavailable) || attempt === ATTEMPTS || deadline.aborted) throw error;
      }
    }
  };
}

async function read(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response) {
    length += part.length;
    // Leaving the loop destroys the connection: the rest is never taken.
    if (length > MAX_ANSWER_BYTES) throw new KeyError("the remote signer answers more than any signature needs");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

/** web3signer says most of what is wrong with a request by an error in the body of a 4xx or 5xx. */
function resultOf({ status, body }: { status: number; body: string }): unknown {
  const answer = answerSchema.safeParse(parsed(body));
  if (answer.success && answer.data.id === 1) {
    if ("error" in answer.data) throw new KeyError(`the remote signer refuses: error ${answer.data.error.code}`);
    if (status === 200) return answer.data.result;
  }
  if (LATER.has(status)) throw new SignerUnavailable(`the remote signer answers ${status}`);
  throw new KeyError(`the remote signer answers ${status}${status === 200 ? ", but no JSON-RPC" : ""}`);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException;
  return typeof code === "string" ? code : name;
}
