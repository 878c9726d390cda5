import { ChainError, ConfigError } from "../errors.ts";
import { blockAt, quantity } from "./blocks.ts";
import type { Deadline } from "./deadline.ts";
import type { Endpoint } from "./endpoint.ts";
import { NodeFault } from "./fault.ts";
import { enough, firstAgreed } from "./quorum.ts";

/** A node that is of another chain is looked at again after so long. */
const LOOK_AGAIN_MS = 60_000;

/**
 * Which chain the nodes are of: the chain id of the configuration, and the first block that a quorum tells. What is signed for a chain
 * would be valid on every other of its id, so the id alone does not show much.
 */
export class Identity {
  readonly #chainId: number;
  readonly #endpoints: readonly Endpoint[];
  readonly #quorum: number;
  readonly #claims = new Map<Endpoint, Promise<string>>();
  /** Hash of the first block, once a quorum has told it. */
  #genesis: string | null = null;

  constructor(chainId: number, endpoints: readonly Endpoint[], quorum: number) {
    this.#chainId = chainId;
    this.#endpoints = endpoints;
    this.#quorum = quorum;
  }

  /** Throws NodeFault unless the node is of the chain that a quorum is of. */
  async admit(endpoint: Endpoint, deadline: Deadline): Promise<void> {
    if (this.#isProven(endpoint)) return;
    const { leftOut } = endpoint;
    if (leftOut !== null && performance.now() - leftOut.at < LOOK_AGAIN_MS) {
      throw new NodeFault("left_out", leftOut.reason);
    }
    const genesis = await this.#claim(endpoint, deadline);
    this.#genesis ??= await this.#agree(deadline);
    if (genesis === this.#genesis) return;
    endpoint.leaveOut("is of another chain: its first block is not the others'");
    throw new NodeFault("left_out", "is of another chain: its first block is not the others'");
  }

  /**
   * Has every node show anew what chain it is of, and does not wait for who is slow when enough have. Throws ConfigError when a quorum is out of reach because too many are of other chains,
   * ChainError while too few answer.
   */
  async check(deadline: Deadline): Promise<void> {
    for (const endpoint of this.#endpoints) endpoint.forget();
    const answers = this.#endpoints.map((endpoint) => this.admit(endpoint, deadline));
    await enough(answers, this.#quorum);
    const proven = this.#endpoints.filter((endpoint) => this.#isProven(endpoint)).length;
    if (proven >= this.#quorum) return;
    const silent = this.#endpoints.filter(({ genesis, leftOut }) => genesis === null && leftOut === null).length;
    const reasons = this.#endpoints.flatMap((endpoint) => {
      const reason = endpoint.leftOut?.reason ?? endpoint.lastFault;
      return reason === null ? [] : [`${endpoint.name} ${reason}`];
    });
    if (this.#genesis === null && silent === 0 && reasons.length === 0) reasons.push("they are of different chains");
    const count = `${proven} of ${this.#endpoints.length} nodes can be used, ${this.#quorum} must`;
    const message = reasons.length === 0 ? count : `${count} (${reasons.join("; ")})`;
    if (this.#most() + silent < this.#quorum) throw new ConfigError(`RPC_URLS_${this.#chainId}`, message);
    throw new ChainError(`RPC_URLS_${this.#chainId}: ${message}`);
  }

  #isProven({ genesis }: Endpoint): boolean {
    return genesis !== null && genesis === this.#genesis;
  }

  /** How many tell the first block that most tell. */
  #most(): number {
    const claims = this.#endpoints.flatMap(({ genesis }) => (genesis === null ? [] : [genesis]));
    return Math.max(0, ...claims.map((claim) => claims.filter((other) => other === claim).length));
  }

  #agree(deadline: Deadline): Promise<string> {
    const claims = this.#endpoints.map((endpoint) => this.#claim(endpoint, deadline));
    return firstAgreed(claims, this.#quorum, (genesis) => genesis).catch(() => {
      throw new NodeFault("left_out", `waits until ${this.#quorum} nodes tell the same first block`);
    });
  }

  /** The node's first block, once its chain id was right. However many want to know, it is asked once. */
  #claim(endpoint: Endpoint, deadline: Deadline): Promise<string> {
    if (endpoint.genesis !== null) return Promise.resolve(endpoint.genesis);
    const running = this.#claims.get(endpoint);
    if (running !== undefined) return running;
    const claim = this.#ask(endpoint, deadline).finally(() => this.#claims.delete(endpoint));
    this.#claims.set(endpoint, claim);
    return claim;
  }

  async #ask(endpoint: Endpoint, deadline: Deadline): Promise<string> {
    const ask = (method: string, params: unknown) => endpoint.ask(method, params, deadline);
    const chainId = quantity.safeParse(await ask("eth_chainId", []));
    if (!chainId.success) throw new NodeFault("malformed", "told no chain id");
    if (chainId.data !== BigInt(this.#chainId)) {
      endpoint.leaveOut(`is of chain ${chainId.data}`);
      throw new NodeFault("left_out", `is of chain ${chainId.data}`);
    }
    const { hash } = await blockAt(ask, 0n);
    endpoint.prove(hash);
    return hash;
  }
}
