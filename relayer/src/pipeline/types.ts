import type { Store, TransactionKind } from "@keystoneos/store";
import type { Address, Hex } from "viem";
import type { Chain } from "../chains/client.ts";
import type { Probe } from "../chains/simulate.ts";
import type { TransactionSigner } from "../keys/types.ts";
import type { Logger } from "../log.ts";

/** A call that should be made, with the name of its effect. */
export interface Draft {
  chainId: number;
  kind: TransactionKind;
  subject: string;
  settlementId: string;
  intentId: string;
  /** Whose key signs: the one that pays gas, or the operator's for a MANUAL step. */
  signer: "relayer" | "operator";
  to: Address;
  data: Hex;
  value: bigint;
  /** Views of which one must change, or nothing is sent; none where a call changes nothing that we could see. */
  probes: readonly Probe[];
  /** Gas that the contracts want to see beyond what they use: floors below which they refuse to judge a failure. */
  headroom: bigint;
}

export interface Pipeline {
  db: Store;
  chains: ReadonlyMap<number, Chain>;
  /** The gas key. */
  account: TransactionSigner;
  /** The operator's, where this relayer has it. */
  operator: TransactionSigner | null;
  log: Logger;
  /** How long a transaction may be unmined before its bytes are sent again. */
  rebroadcastSeconds: number;
  /** By chain: hash of the head at which everything was looked at. Starts empty. */
  trackedHeads: Map<number, Hex>;
}

/** The key that a draft wants. Throws when this relayer does not have it. */
export function signerOf(pipeline: Pipeline, draft: Draft): TransactionSigner {
  if (draft.signer === "relayer") return pipeline.account;
  if (pipeline.operator === null) throw new Error("this relayer has no operator's key");
  return pipeline.operator;
}

export type Outcome =
  | { status: "sent"; id: string; hash: Hex }
  /** The effect has its transaction already, in flight or done. */
  | { status: "taken" }
  /** It would change nothing: somebody was faster, or the cause of a failure persists. */
  | { status: "no_effect" }
  | { status: "refused"; error: string }
  | { status: "unavailable"; error: string };
