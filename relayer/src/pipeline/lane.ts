import type { Address, Hex } from "viem";
import type { BroadcastOutcome } from "../chains/broadcast-errors.ts";
import type { Chain } from "../chains/client.ts";
import type { TransactionSigner } from "../keys/types.ts";
import type { Pipeline, SignerRole, Signers } from "./types.ts";

/** What the chain says of a key, as of one block. */
export interface Seen {
  hash: Hex;
  number: bigint;
  baseFee: bigint;
  /** Nonces below were mined, in whatever transaction. */
  mined: number;
  /** Nonces below are mined or in pools, in one row. */
  pooled: number;
  balance: bigint;
}

/** One key on one chain: the unit of leasing, of nonces and of the stages. What it remembers may be lost at any time. */
export class Lane {
  readonly chain: Chain;
  readonly signer: TransactionSigner;
  readonly role: SignerRole;
  /** Of the lease, while this process has it. */
  fence: bigint | null = null;
  /** The chain as inclusion saw it last. */
  seen: Seen | null = null;
  /** The head at which finality looked at everything. */
  finalityHead: Hex | null = null;
  /** Since which head pools have had transactions of this key that the database does not know. */
  unknownSince: bigint | null = null;
  /** Nonces that are missing below one that is stored, at the last look. */
  gap = 0;
  /** Hashes that no node took: pools have something dearer for their nonce (`replacement_underpriced`), or take nothing so cheap. */
  readonly underpriced = new Map<Hex, BroadcastOutcome>();
  /** It could not pay for the last draft that it was given. */
  unfunded = false;
  /** Transactions that are late and cannot be replaced: at the cap on fees, or because they offer the chain enough. */
  readonly waitsFor = new Map<string, "cap" | "market">();
  /** What was logged once and need not be again. */
  readonly told = new Set<string>();
  /** Has inclusion look at once. */
  wake: () => void = () => undefined;
  /** Drafts that wait to be built, the one under way included. */
  waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(chain: Chain, signer: TransactionSigner, role: SignerRole) {
    this.chain = chain;
    this.signer = signer;
    this.role = role;
  }

  /** As the database has it. */
  get address(): Address {
    return this.signer.address.toLowerCase() as Address;
  }

  /** Runs `work` after whatever was begun before: nonces are taken one after the other. */
  async serially<T>(work: () => Promise<T>): Promise<T> {
    this.waiting++;
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine.finally(() => this.waiting--);
  }

  /** Whether this is the first time that it is said of this transaction. */
  tellOnce(what: string): boolean {
    if (this.told.size > 1000) this.told.clear();
    if (this.told.has(what)) return false;
    this.told.add(what);
    return true;
  }
}

/** A lane for the operator's key on the chain where it acts, and for every gas key on every chain. */
export function lanesOf(chains: Iterable<Chain>, signers: Signers, operatorChainId: number): Lane[] {
  return [...chains].flatMap((chain) => [
    ...(signers.operator === null || chain.chainId !== operatorChainId
      ? []
      : [new Lane(chain, signers.operator, "operator")]),
    ...signers.gas.map((signer) => new Lane(chain, signer, "relayer")),
  ]);
}

/** Whether this process may send calls of this role there now. */
export function leads({ lanes }: Pipeline, chainId: number, role: SignerRole): boolean {
  return lanes.some((lane) => lane.chain.chainId === chainId && lane.role === role && lane.fence !== null);
}
