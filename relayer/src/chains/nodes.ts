import { RpcRequestError } from "viem";
import { ChainError } from "../errors.ts";
import { Deadline } from "./deadline.ts";
import { BEHIND, Endpoint } from "./endpoint.ts";
import { Identity } from "./identity.ts";
import { enough, firstAgreed, NoQuorum } from "./quorum.ts";
import { shortMessage } from "./revert.ts";
import type { RpcConfig } from "./rpc-config.ts";
import type { Watch } from "./watch.ts";

/** Asks one node, within the time that the whole question has. */
export type Ask = (method: string, params: unknown) => Promise<unknown>;

/** The nodes of a chain. None is believed before it has shown that it is of the chain that the quorum is of. */
export class Nodes {
  readonly chainId: number;
  readonly endpoints: readonly Endpoint[];
  readonly quorum: number;
  readonly watch: Watch;
  readonly #timeoutMs: number;
  readonly #identity: Identity;

  constructor(chainId: number, rpc: RpcConfig, watch: Watch) {
    this.chainId = chainId;
    this.quorum = rpc.quorum;
    this.watch = watch;
    this.#timeoutMs = rpc.timeoutMs;
    const hosts = rpc.urls.map((url) => new URL(url).host);
    this.endpoints = rpc.urls.map((url, index) => {
      const host = hosts[index] ?? "";
      const earlier = hosts.slice(0, index).filter((other) => other === host).length;
      const name = earlier === 0 ? host : `${host}#${earlier + 1}`;
      return new Endpoint(chainId, url, name, rpc.requestsPerSecond, watch);
    });
    this.#identity = new Identity(chainId, this.endpoints, rpc.quorum);
  }

  /** The time for one question. */
  deadline(): Deadline {
    return new Deadline(this.#timeoutMs);
  }

  /** Has every node do the same, at once. The answers are in the order of `endpoints`. */
  each<T>(work: (ask: Ask, endpoint: Endpoint) => Promise<T>, deadline: Deadline): Promise<T>[] {
    return this.endpoints.map(async (endpoint) => {
      await this.#identity.admit(endpoint, deadline);
      return work((method, params) => endpoint.ask(method, params, deadline), endpoint);
    });
  }

  /**
   * What a quorum answers alike; `answers` in the order of `endpoints`, `key` names what has to be alike. Throws ChainError, with what
   * every other node said instead.
   */
  async agreed<T>(what: string, answers: readonly Promise<T>[], key: (value: T) => string): Promise<T> {
    try {
      const value = await firstAgreed(answers, this.quorum, key);
      void this.#compare(what, answers, key, key(value));
      return value;
    } catch (error) {
      if (!(error instanceof NoQuorum)) throw error;
      void this.#compare(what, answers, key, null);
      throw this.noQuorum(what, error);
    }
  }

  /** The highest value that a quorum has reached: fewer nodes than it can make it no higher. Throws ChainError when too few answer. */
  async reached(what: string, read: (ask: Ask) => Promise<bigint>): Promise<bigint> {
    const answers = this.each(read, this.deadline());
    const values = await enough(answers, this.quorum);
    const [value] = values.sort((a, b) => (a < b ? 1 : -1)).slice(this.quorum - 1);
    if (value !== undefined) return value;
    const settled = await Promise.allSettled(answers);
    const reasons = settled.flatMap((answer, index): [number, unknown][] =>
      answer.status === "rejected" ? [[index, answer.reason]] : [],
    );
    throw this.noQuorum(what, new NoQuorum(new Map(reasons)));
  }

  noQuorum(what: string, { reasons }: NoQuorum): ChainError {
    const told = [...reasons]
      .sort(([a], [b]) => a - b)
      .map(([index, reason]) => `${this.endpoints[index]?.name} ${shortMessage(reason)}`);
    const count = `fewer than ${this.quorum} of ${this.endpoints.length} nodes agree on ${what}`;
    return new ChainError(`chain ${this.chainId}: ${count}${told.length === 0 ? "" : ` (${told.join("; ")})`}`);
  }

  /** What the first node that can be asked answers. Others are asked when it gives no answer, or lacks what was asked for. */
  async askOne(method: string, params: unknown): Promise<unknown> {
    const deadline = this.deadline();
    const order = this.#preferred();
    const faults: string[] = [];
    let lacking: RpcRequestError | null = null;
    for (const [index, endpoint] of order.entries()) {
      const attempt = deadline.part(order.length - index);
      try {
        await this.#identity.admit(endpoint, attempt);
        return await endpoint.ask(method, params, attempt);
      } catch (error) {
        if (error instanceof RpcRequestError) {
          if (!mayDiffer(error)) throw error;
          lacking = error;
        }
        faults.push(`${endpoint.name} ${shortMessage(error)}`);
      }
    }
    throw lacking ?? new ChainError(`chain ${this.chainId}: no node answers (${faults.join("; ")})`);
  }

  /** Has every node show anew what chain it is of. Throws as `Identity.check` does. */
  check(): Promise<void> {
    return this.#identity.check(this.deadline());
  }

  /** What is wrong with each node, in words; nothing for those that are well. */
  ailing(): string[] {
    return this.endpoints.flatMap((endpoint) => {
      const { state, reason } = endpoint.condition();
      return state === "ok" ? [] : [`${endpoint.name} ${reason}`];
    });
  }

  close(): void {
    for (const endpoint of this.endpoints) endpoint.close();
  }

  /** In the order of the configuration, the unwell ones last. What a node of another branch sees is of no use. */
  #preferred(): Endpoint[] {
    const rank = ({ circuit, standing, distrusted, failures }: Endpoint): number =>
      [circuit === "open", distrusted, standing.state === "behind" && standing.blocks > BEHIND, failures > 0].reduce(
        (sum, worse) => sum * 2 + Number(worse),
        0,
      );
    return this.endpoints.filter(({ standing }) => standing.state !== "astray").sort((a, b) => rank(a) - rank(b));
  }

  /** Tells of answers that differ, once all are there, and remembers who gave the quorum's the lie. */
  async #compare<T>(
    what: string,
    answers: readonly Promise<T>[],
    key: (value: T) => string,
    agreed: string | null,
  ): Promise<void> {
    const settled = await Promise.allSettled(answers);
    const given = settled.flatMap((answer, index): [Endpoint, string][] => {
      const endpoint = this.endpoints[index];
      return endpoint !== undefined && answer.status === "fulfilled" ? [[endpoint, key(answer.value)]] : [];
    });
    if (new Set(given.map(([, value]) => value)).size < 2) return;
    if (agreed !== null) for (const [endpoint, value] of given) if (value !== agreed) endpoint.distrust();
    const named = Object.fromEntries(given.map(([endpoint, value]) => [endpoint.name, value]));
    this.watch.disagreed(this.chainId, what, named, agreed);
  }
}

/** Errors that tell of the node and not of the question: a block or a state that it does not have, a method that it does not serve. */
function mayDiffer({ code, details }: RpcRequestError): boolean {
  if (code === 3 || /revert/i.test(details)) return false;
  if (code === -32601 || code === -32004 || /method not found|not supported/i.test(details)) return true;
  return /header not found|(unknown|missing|pruned).*(block|state|trie|header|history)|(block|state|resource).*(not found|unavailable|not available|out ?of ?range)/i.test(
    details,
  );
}
