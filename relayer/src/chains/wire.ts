import {
  BaseError,
  HttpRequestError,
  ResponseBodyTooLargeError,
  RpcRequestError,
  TimeoutError,
  WebSocketRequestError,
} from "viem";
import { getHttpRpcClient, getWebSocketRpcClient } from "viem/utils";
import { z } from "zod";
import { NodeFault } from "./fault.ts";

/** What a node said: a result, or an error of its own. */
type Answer = { result: unknown } | { error: RpcError };

export interface RpcError {
  code: number;
  message: string;
  data?: unknown;
}

/** One node, as bytes. */
export interface Wire {
  /** Throws NodeFault when there is no answer, or one that is not to this question. */
  ask(method: string, params: unknown, timeoutMs: number): Promise<Answer>;
  close(): void;
}

/** Above any answer that we ask for. */
const MAX_BYTES = 4_000_000;

const errorSchema = z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() });

export function openWire(url: string): Wire {
  return /^wss?:/i.test(url) ? openSocket(url) : openHttp(url);
}

/** viem's client bounds time and size of the whole answer; whose answer it is, it leaves to us. */
function openHttp(url: string): Wire {
  const client = getHttpRpcClient(url, { maxResponseBodySize: MAX_BYTES, fetchOptions: { redirect: "error" } });
  let last = 0;
  return {
    async ask(method, params, timeout) {
      const id = ++last;
      let data: unknown;
      try {
        data = await client.request({ body: { method, params, id }, timeout });
      } catch (error) {
        return refused(error);
      }
      return read(data, id);
    },
    close: () => undefined,
  };
}

/** Opened by the first question, and again by the next one after it was lost. */
function openSocket(url: string): Wire {
  // Reconnecting on its own, viem would keep a node that is gone in the cache and print to the console.
  const open = () => getWebSocketRpcClient(url, { reconnect: false });
  let socket: Awaited<ReturnType<typeof open>> | null = null;
  const close = () => {
    socket?.close();
    socket = null;
  };
  return {
    async ask(method, params, timeout) {
      try {
        socket = await within(timeout, open());
        const data = await socket.requestAsync({ body: { method, params }, timeout });
        return read(data, data.id);
      } catch (error) {
        if (error instanceof NodeFault) throw error;
        if (error instanceof TimeoutError) throw new NodeFault("timeout", "gave no answer in time");
        close();
        if (error instanceof WebSocketRequestError) throw new NodeFault("unreachable", "closed the connection");
        throw new NodeFault("unreachable", "cannot be reached");
      }
    },
    close,
  };
}

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NodeFault("timeout", "gave no answer in time")), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function read(data: unknown, id: unknown): Answer {
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw new NodeFault("malformed", "gave an answer that is no JSON-RPC");
  }
  const answer = data as { id?: unknown; result?: unknown; error?: unknown };
  if (answer.error !== undefined && answer.error !== null) {
    const error = errorSchema.safeParse(answer.error);
    // An error without an id is to a request that the node could not read.
    if (!error.success || (answer.id !== id && answer.id !== null && answer.id !== undefined)) {
      throw new NodeFault("malformed", "gave an error that is no JSON-RPC");
    }
    return { error: error.data };
  }
  if (answer.id !== id) throw new NodeFault("malformed", "gave the answer to another question");
  if (!("result" in answer)) throw new NodeFault("malformed", "gave an answer without a result");
  return { result: answer.result };
}

/** What an error of viem's client means. Nothing of it is passed on: it holds the URL and the request. */
function refused(error: unknown): Answer {
  if (error instanceof TimeoutError) throw new NodeFault("timeout", "gave no answer in time");
  if (error instanceof ResponseBodyTooLargeError) throw new NodeFault("malformed", "gave an answer that is too long");
  if (error instanceof RpcRequestError || error instanceof HttpRequestError) {
    const { status } = error;
    const retryAfter = retryAfterMs(error.headers);
    if (status === 429) throw new NodeFault("rate_limited", "asks for fewer requests", retryAfter);
    // A status that speaks of the question comes with the node's own error.
    if (error instanceof RpcRequestError && (status === 400 || status === 404 || status === 422)) {
      return { error: { code: error.code, message: error.details, data: error.data } };
    }
    if (status !== undefined) throw new NodeFault("http_error", `answered with status ${status}`, retryAfter);
    if (error.walk((cause) => cause instanceof SyntaxError) !== null) {
      throw new NodeFault("malformed", "gave an answer that is no JSON");
    }
  }
  if (error instanceof SyntaxError) throw new NodeFault("malformed", "gave an answer that is no JSON");
  throw new NodeFault("unreachable", `cannot be reached${systemCode(error)}`);
}

/** ECONNREFUSED and the like. */
function systemCode(error: unknown): string {
  const coded = (cause: unknown) => /^[A-Z_]+$/.test(String((cause as { code?: unknown } | null)?.code));
  const cause = error instanceof BaseError ? error.walk(coded) : null;
  return cause === null ? "" : ` (${(cause as unknown as { code: string }).code})`;
}

/** Seconds or a date; null when it says nothing that can be used. */
function retryAfterMs(headers: Headers | undefined): number | null {
  const value = headers?.get("retry-after");
  if (value === null || value === undefined) return null;
  const wait = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(wait) && wait > 0 ? wait : null;
}
