import type { Store, TransactionKind } from "@keystoneos/store";
import type { Address, Hex } from "viem";
import type { Chain } from "../chains/client.ts";
import type { Probe } from "../chains/simulate.ts";
import type { TransactionSigner } from "../keys/types.ts";
import type { Logger } from "../log.ts";
import type { Settings } from "./config.ts";
import type { Lane } from "./lane.ts";

/** Whose key signs: one of those that pay gas, or the operator's for a MANUAL step. */
export type SignerRole = "relayer" | "operator";

export interface Signers {
  /** Those that pay gas; each sends in parallel to the others. */
  gas: readonly TransactionSigner[];
  /** Null where this relayer takes no MANUAL steps. */
  operator: TransactionSigner | null;
}

/** The name of an effect: at most one transaction of this name ever succeeds. */
export interface Effect {
  chainId: number;
  kind: TransactionKind;
  subject: string;
  settlementId: string;
  signer: SignerRole;
}

/** A call that should be made. */
export interface Draft extends Effect {
  intentId: string;
  to: Address;
  data: Hex;
  value: bigint;
  /** Views of which one must change, or nothing is sent; none where a call changes nothing that we could see. */
  probes: readonly Probe[];
  /** Gas that the contracts want to see beyond what they use: floors below which they refuse to judge a failure. */
  headroom: bigint;
}

/** What the stages share. All that must outlive the process is in the database. */
export interface Pipeline {
  db: Store;
  chains: ReadonlyMap<number, Chain>;
  /** One for each chain and key. */
  lanes: readonly Lane[];
  /** This process, as leases name it. */
  holder: string;
  /** Whose words this process sends. */
  attester: Address;
  settings: Settings;
  log: Logger;
  /** Told of every replacement, cancellation and filled nonce. */
  countAttempt: (labels: { chain_id: number; purpose: "replacement" | "cancellation" | "noop" }) => void;
}

export type Outcome =
  /** Stored with its nonce; from here on it cannot be lost. */
  | { status: "stored"; id: string; hash: Hex }
  /** The effect has its transaction already, in flight or done. */
  | { status: "taken" }
  /** It would change nothing: somebody was faster, or the cause of a failure persists. */
  | { status: "no_effect" }
  | { status: "refused"; error: string }
  /** Refused so often and for so long that nobody tries until it is redriven. */
  | { status: "dead" }
  /** Another process has the lease of every key that could send it. */
  | { status: "elsewhere" }
  /** An operator has paused the chain. */
  | { status: "paused" }
  /** Every key has as many unmined transactions as it may have. */
  | { status: "busy" }
  /** The chain shows transactions of our keys that the database does not know, or nonces are missing: first they are accounted for. */
  | { status: "held"; error: string }
  /** The day's gas is spent, or spoken for. */
  | { status: "over_budget"; error: string }
  /** The chain asks for more than the cap on fees. */
  | { status: "over_cap"; error: string }
  /** No key could pay for it. */
  | { status: "unfunded"; error: string }
  | { status: "unavailable"; error: string };
