import type { Hex } from "viem";

/** One successful transaction for one settlement, as its block has it. */
export interface Entry {
  chainId: number;
  hash: Hex;
  settlementHash: Hex;
  /** As the API names it: create, attest, advance, deposit, reveal, notify_locked, … */
  kind: string;
  leg: number | null;
  gasUsed: number;
  /** Of the block, in Unix seconds. */
  timestamp: number;
  /** What sets it apart from another of its kind: the statement attested, the states advanced through, the chain addressed. */
  subject: string;
  /** LayerZero messages that it sent. */
  sent: Message[];
  /** Guids of LayerZero messages that it received. */
  received: Hex[];
}

export interface Message {
  guid: Hex;
  /** LOCKED, VERDICT or RELEASED. */
  kind: string;
  targetChainId: number;
}
