import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { LookupFunction } from "node:net";
import { excerptOf, MAX_READ_BYTES, problemOf, retryAfterSeconds } from "./answer.ts";
import { askNameServers, askSystem, type Resolve } from "./resolve.ts";
import { isAllowedAddress, literalAddress, urlFault } from "./url.ts";

interface Message {
  url: string;
  headers: Record<string, string>;
  body: string;
}

export interface Outcome {
  /** 2xx. */
  success: boolean;
  /** Null when nothing answered. */
  statusCode: number | null;
  /** The beginning of the answer's body. */
  excerpt: string | null;
  error: string | null;
  durationMs: number;
  /** What the answer's `Retry-After` says. */
  retryAfterSeconds: number | null;
}

export interface SenderOptions {
  /** Allows http, and loopback addresses. */
  developmentMode: boolean;
  timeoutMs?: number;
  /** Asked once per message: the connection goes to what was checked and nowhere else. */
  resolve?: Resolve;
}

/** Posts messages to URLs that strangers chose. */
export interface WebhookSender {
  /** What is wrong with a URL, or null. */
  fault(url: string): string | null;
  /** Never rejects: whatever happens is an outcome. */
  send(message: Message): Promise<Outcome>;
}

const TIMEOUT_MS = 15_000;

export function createWebhookSender(options: SenderOptions): WebhookSender {
  const { developmentMode } = options;
  const resolve = options.resolve ?? (developmentMode ? askSystem : askNameServers());
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const lookup: LookupFunction = (hostname, { all, family }, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const allowed = addresses.filter(
          (each) => isAllowedAddress(each.address, developmentMode) && (!family || each.family === family),
        );
        const [first] = allowed;
        if (first === undefined) callback(new ForbiddenAddress(), "", 4);
        else if (all) callback(null, allowed);
        else callback(null, first.address, first.family);
      },
      // A name that does not exist and one with a private address look alike: nobody learns our names here.
      () => callback(new ForbiddenAddress(), "", 4),
    );
  };
  return {
    fault: (url) => urlFault(url, developmentMode),
    async send(message) {
      const started = performance.now();
      const took = () => Math.round(performance.now() - started);
      const fault = urlFault(message.url, developmentMode);
      if (fault !== null) return { ...NOTHING, error: fault, durationMs: took() };
      const answer = await post(message, lookup, timeoutMs);
      return { ...NOTHING, ...answer, durationMs: took() };
    },
  };
}

class ForbiddenAddress extends Error {
  override readonly name = "ForbiddenAddress";
}

const NOTHING = { success: false, statusCode: null, excerpt: null, error: null, retryAfterSeconds: null };

/** One request on a connection of its own. Redirects are answers like any other. */
function post({ url, headers, body }: Message, lookup: LookupFunction, timeoutMs: number): Promise<Partial<Outcome>> {
  const target = new URL(url);
  // A literal address is connected to without a lookup; `urlFault` has judged it.
  const pinned = literalAddress(target) === null ? { lookup } : {};
  const request = target.protocol === "https:" ? requestHttps : requestHttp;
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const outgoing = request(target, { method: "POST", agent: false, signal, ...pinned });
    for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value);
    outgoing.setHeader("Content-Type", "application/json");
    outgoing.setHeader("User-Agent", "KeyStone-Webhooks");
    outgoing.setHeader("Content-Length", Buffer.byteLength(body));
    let answer: (() => Partial<Outcome>) | null = null;
    const end = (outcome: Partial<Outcome>) => {
      resolve(outcome);
      outgoing.destroy();
    };
    // Once a status was received it is the outcome, whatever becomes of the body.
    const fail = (error: unknown) =>
      end(answer?.() ?? { error: problemText(signal.aborted ? null : error, timeoutMs) });
    outgoing.once("error", fail);
    outgoing.once("upgrade", (_, socket) => {
      socket.destroy();
      end({ statusCode: 101, error: "Answered 101" });
    });
    outgoing.once("close", () => fail(new Error("closed")));
    outgoing.once("response", (response) => {
      const statusCode = response.statusCode ?? 0;
      const chunks: Buffer[] = [];
      let read = 0;
      answer = () => ({
        success: statusCode >= 200 && statusCode < 300,
        statusCode,
        excerpt: excerptOf(chunks),
        error: problemOf(statusCode),
        retryAfterSeconds: retryAfterSeconds(response.headers["retry-after"]),
      });
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        read += chunk.length;
        if (read >= MAX_READ_BYTES) fail(null);
      });
      for (const event of ["end", "error", "close"]) response.once(event, fail);
    });
    outgoing.on("error", () => {});
    outgoing.end(body);
  });
}

function problemText(error: unknown, timeoutMs: number): string {
  if (error === null) return `No answer within ${timeoutMs / 1000} s`;
  if (error instanceof ForbiddenAddress) return "The host has no public address";
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  // The code alone: a message may hold addresses.
  return /^[A-Z][A-Z0-9_]+$/.test(code) ? `Connection failed: ${code}` : "Connection failed";
}
