import type { Address, Hex } from "viem";
import type { Statement } from "../gates/clearance.ts";
import type { Ruleset } from "../rulesets/types.ts";
import type { Terms } from "../terms/types.ts";

/**
 * Everything the logs of a deployment say, chain by chain. An event changes only the part of its own chain, so the order in which
 * logs of different chains arrive cannot matter; what spans chains is joined on reading, by the selectors.
 */
export interface World {
  coordinatorChainId: number;
  /** In row order: the position is the bit in lock and release masks. */
  chainIds: readonly number[];
  chains: Map<number, ChainWorld>;
}

/** What one chain's logs say. The coordinator's and the registry's parts stay empty off the coordinator's chain. */
export interface ChainWorld {
  chainId: number;
  /** The last log taken in. */
  cursor: { blockNumber: bigint; logIndex: number } | null;
  rulesets: Map<Hex, Ruleset>;
  settlements: Map<Hex, CoordinatorSettlement>;
  /** By settlement id. */
  escrows: Map<Hex, EscrowSettlement>;
  /** By `statementKey`. */
  statements: Map<string, FoldedStatement>;
  /** Messages handed to the transport here, by guid. */
  sent: Map<Hex, SentMessage>;
  /** Messages delivered here, by guid. */
  received: Map<Hex, ReceivedMessage>;
  /** Messages to here that were found unverified below a verified one, by source chain and LayerZero's nonce. */
  stuck: Map<number, Map<bigint, StuckNonce>>;
  wiringHash: Hex | null;
  sealed: boolean;
  /** A VERDICT has arrived here, which proves the path; on the coordinator's chain see `pathProvenAt`. */
  verdictArrived: boolean;
  /** Contracts created here, by `Child` number. */
  children: Map<number, Address>;
}

/** The coordinator's side of a settlement. */
export interface CoordinatorSettlement {
  created: boolean;
  ref: Hex | null;
  rulesetId: Hex | null;
  terms: Terms | null;
  state: number;
  kind: number;
  verdict: number;
  /** Chain ids in the order of their reports. */
  lockReports: number[];
  releaseReports: number[];
  transitions: TakenTransition[];
  dispatches: { chainId: number; verdict: number; guid: Hex }[];
  /** Reasons of steps that failed and left everything as it was. */
  failedSteps: Hex[];
}

export interface TakenTransition {
  from: number;
  to: number;
  gate: number;
  evidenceHash: Hex;
  caller: Address;
}

/** One escrow's side of a settlement. */
export interface EscrowSettlement {
  /** As delivered by message; on the coordinator's chain the escrow reads the coordinator's, see `verdictAt`. */
  verdict: number;
  locked: boolean;
  ignoredVerdicts: number[];
  legs: Map<number, FoldedLeg>;
  /** Commitments opened on this chain, by party index. */
  wallets: Map<number, { wallet: Address; secret: Hex }>;
  failedFollowUps: Hex[];
}

/** What the escrow of its chain said of a leg. Amounts in base units. */
export interface FoldedLeg {
  /** `deposited` until paid; locked or not is a fact of the whole escrow. `returned`: paid to its depositor because it was waived. */
  status: "deposited" | "released" | "refunded" | "returned";
  depositor: Address;
  secret: Hex;
  token: Address;
  tokenId: bigint;
  amount: bigint;
  /** Its recipient gave it up, before it was paid: from then on it can only be returned. */
  waived: boolean;
  /** The wallet that the one entitled put in its own place; null when none was, or when it was waived since. */
  redirectedTo: Address | null;
  /** Of the last payment that failed; null when none did or the leg was paid since. */
  claimableReason: Hex | null;
  /** Who was paid, and how much without the fees; null until then. */
  paidTo: Address | null;
  paidAmount: bigint | null;
  /** By fee index. */
  fees: Map<number, { status: "paid" | "owed"; recipient: Address; amount: bigint }>;
  /** Which owed fee `claim` tries first: the one behind the last that failed again. */
  feeCursor: number;
}

/** An attester's stored word after all its statements. */
export interface FoldedStatement extends Statement {
  settlementId: Hex;
  partiesHash: Hex;
  statuses: number[];
  sequence: bigint;
}

export interface SentMessage {
  settlementId: Hex;
  targetChainId: number;
  kind: number;
  verdict: number;
  carriesTerms: boolean;
}

/** A delivered message: recorded, ignored, or recorded and then unable to go on. */
export interface ReceivedMessage {
  recorded: { settlementId: Hex; sourceChainId: number; kind: number; verdict: number } | null;
  ignoredReason: Hex | null;
}

/** A nonce that may be given up from `skippableAt` on, Unix seconds, unless it is verified before. */
export interface StuckNonce {
  skippableAt: bigint;
  skipped: boolean;
}

/** The state before the first log. */
export function emptyWorld(deployment: {
  coordinatorChainId: number;
  /** In row order. */
  chains: readonly { chainId: number }[];
}): World {
  return {
    coordinatorChainId: deployment.coordinatorChainId,
    chainIds: deployment.chains.map(({ chainId }) => chainId),
    chains: new Map(deployment.chains.map(({ chainId }) => [chainId, emptyChain(chainId)])),
  };
}

function emptyChain(chainId: number): ChainWorld {
  return {
    chainId,
    cursor: null,
    rulesets: new Map(),
    settlements: new Map(),
    escrows: new Map(),
    statements: new Map(),
    sent: new Map(),
    received: new Map(),
    stuck: new Map(),
    wiringHash: null,
    sealed: false,
    verdictArrived: false,
    children: new Map(),
  };
}
