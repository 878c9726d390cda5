import { RpcRequestError } from "viem";
import { Breaker, type BreakerState } from "./breaker.ts";
import { Bucket } from "./bucket.ts";
import type { Deadline } from "./deadline.ts";
import { type FaultKind, NodeFault } from "./fault.ts";
import type { Watch } from "./watch.ts";
import { openWire, type RpcError, type Wire } from "./wire.ts";

/** Where a node stands beside the head that the quorum has. */
export type Standing = { state: "unknown" | "level" } | { state: "behind"; blocks: bigint } | { state: "astray" };

export type Condition = "ok" | "left_out" | "resting" | "unproven" | "astray" | "behind" | "distrusted";

/** A node is behind when it is more blocks than this below the quorum's head: less may be the time that a block takes to get around. */
export const BEHIND = 3n;

/** For so long a node that said what the quorum denies is asked last. */
const DISTRUST_MS = 600_000;

/** One node: how it is asked, within its limits, and how it has been. It knows nothing of the others. */
export class Endpoint {
  /** Host and port; with a number where several have the same. */
  readonly name: string;
  standing: Standing = { state: "unknown" };
  readonly #chainId: number;
  readonly #wire: Wire;
  readonly #secrets: string[];
  readonly #breaker = new Breaker();
  readonly #bucket: Bucket;
  readonly #watch: Watch;
  #genesis: string | null = null;
  #leftOut: { reason: string; at: number } | null = null;
  #lastFault: string | null = null;
  #distrustedUntil = 0;

  constructor(chainId: number, url: string, name: string, requestsPerSecond: number, watch: Watch) {
    this.#chainId = chainId;
    this.name = name;
    this.#wire = openWire(url);
    this.#secrets = secretsOf(url);
    this.#bucket = new Bucket(requestsPerSecond, performance.now());
    this.#watch = watch;
  }

  /** Its first block; null until its chain id was right, and again after it was left alone. */
  get genesis(): string | null {
    return this.#genesis;
  }

  /** Why it does not count, and since when. */
  get leftOut(): { readonly reason: string; readonly at: number } | null {
    return this.#leftOut;
  }

  get circuit(): BreakerState {
    return this.#breaker.state(performance.now());
  }

  get failures(): number {
    return this.#breaker.failures;
  }

  get distrusted(): boolean {
    return performance.now() < this.#distrustedUntil;
  }

  /** What went wrong last; null while it answers. */
  get lastFault(): string | null {
    return this.#lastFault;
  }

  /** Asks once. Throws NodeFault when there is no answer, RpcRequestError when the node's answer is an error. */
  async ask(method: string, params: unknown, deadline: Deadline): Promise<unknown> {
    await this.#turn(deadline);
    const ticket = this.#breaker.admit(performance.now());
    if (ticket === null) throw new NodeFault("resting", `is left alone: it ${this.#lastFault ?? "is being tried"}`);
    const started = performance.now();
    try {
      const answer = await this.#wire.ask(method, params, deadline.left());
      if ("error" in answer && isRateLimit(answer.error))
        throw new NodeFault("rate_limited", "asks for fewer requests");
      this.#breaker.succeeded();
      this.#lastFault = null;
      this.#count("error" in answer ? "error" : "ok", started);
      if ("result" in answer) return answer.result;
      throw this.#answered(method, answer.error);
    } catch (error) {
      if (error instanceof NodeFault) this.#failed(error, ticket, started);
      throw error;
    }
  }

  /** It has the right chain id, and this first block. */
  prove(genesis: string): void {
    this.#genesis = genesis;
    this.#leftOut = null;
  }

  leaveOut(reason: string): void {
    this.#genesis = null;
    this.#leftOut = { reason, at: performance.now() };
  }

  /** It has to show anew what it is. */
  forget(): void {
    this.#genesis = null;
    this.#leftOut = null;
  }

  /** For operators: how it is, and in words what is wrong. */
  condition(): { state: Condition; reason: string } {
    if (this.#leftOut !== null) return { state: "left_out", reason: this.#leftOut.reason };
    if (this.circuit !== "closed") return { state: "resting", reason: this.#lastFault ?? "is left alone" };
    if (this.#genesis === null) return { state: "unproven", reason: this.#lastFault ?? "has not been asked yet" };
    const { standing } = this;
    if (standing.state === "astray") return { state: "astray", reason: "is on another branch than the quorum" };
    if (standing.state === "behind" && standing.blocks > BEHIND) {
      return { state: "behind", reason: `is ${standing.blocks} blocks behind` };
    }
    if (this.distrusted) return { state: "distrusted", reason: "said what the quorum denies" };
    return { state: "ok", reason: "" };
  }

  distrust(): void {
    this.#distrustedUntil = performance.now() + DISTRUST_MS;
  }

  close(): void {
    this.#wire.close();
  }

  async #turn(deadline: Deadline): Promise<void> {
    const wait = this.#bucket.take(performance.now(), deadline.left());
    if (wait === null) {
      this.#count("rate_limited", performance.now());
      throw new NodeFault("rate_limited", "has had as many requests as it may");
    }
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }

  #failed(fault: NodeFault, ticket: number, started: number): void {
    this.#count(fault.kind, started);
    this.#lastFault = fault.message;
    const now = performance.now();
    if (fault.kind === "rate_limited") {
      this.#breaker.limited(now, fault.retryAfterMs, Math.random());
      return;
    }
    // What comes back may be another machine.
    if (this.#breaker.failed(ticket, now, Math.random())) this.#genesis = null;
    if (fault.retryAfterMs !== null) this.#breaker.limited(now, fault.retryAfterMs, Math.random());
  }

  #answered(method: string, error: RpcError): RpcRequestError {
    const message = this.#secrets.reduce((text, secret) => text.replaceAll(secret, "[redacted]"), error.message);
    return new RpcRequestError({ body: { method }, url: this.name, error: { ...error, message } });
  }

  #count(outcome: FaultKind | "ok" | "error", started: number): void {
    const labels = { chainId: this.#chainId, endpoint: this.name };
    this.#watch.asked(labels, outcome, (performance.now() - started) / 1000);
  }
}

/** Besu uses -32005 for a gas limit above the block's, providers for ranges that are too long: neither is about how often we ask. */
function isRateLimit({ code, message }: RpcError): boolean {
  // A contract's words: nobody who writes one shall have a node left alone.
  if (code === 3 || /revert/i.test(message)) return false;
  if (code === 429 || /rate.?limit|too many requests|request limit|requests? per second/i.test(message)) return true;
  return code === -32005 && !/gas limit|range|batch|results/i.test(message);
}

/** What a URL may hold that is nobody else's business: credentials, and keys in path and query. */
function secretsOf(url: string): string[] {
  const { username, password, pathname, searchParams } = new URL(url);
  const parts = [username, password, ...pathname.split("/"), ...searchParams.values()];
  return parts.flatMap((part) => [part, decode(part)]).filter((part) => part.length >= 6);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
