import type { Address, Hex } from "viem";

/** How a leg's token is moved. The numbers are part of the signed terms and never change. */
export const TokenStandard = { ERC20: 0, ERC721: 1, ERC1400: 2, ERC3643: 3, ERC1155: 4 } as const;
export type TokenStandard = (typeof TokenStandard)[keyof typeof TokenStandard];

/** The one decision of a settlement. */
export const Verdict = { NONE: 0, EXECUTE: 1, ROLLBACK: 2 } as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** A fee taken out of a leg's amount at release; `amount` in base units of the leg's token. */
export interface Fee {
  recipient: Address;
  amount: bigint;
}

/** One transfer of the trade. `from` and `to` are positions in `Terms.parties` of wallet commitments; `amount` in base units. */
export interface Leg {
  chainId: bigint;
  escrow: Address;
  token: Address;
  /** One of `TokenStandard`; a plain number because that is what an ABI decoder gives. */
  standard: number;
  tokenId: bigint;
  amount: bigint;
  partition: Hex;
  from: number;
  to: number;
  fees: readonly Fee[];
}

/** Everything the parties agreed to. Field names and integer widths are those of `contracts/types/Terms.sol`. */
export interface Terms {
  /** UUID of the trade as 16 bytes, see `refFromUuid`. */
  ref: Hex;
  chainId: bigint;
  coordinator: Address;
  ruleset: Hex;
  parties: readonly Hex[];
  legs: readonly Leg[];
  /** Unix seconds; deposits, reveals and locking strictly before it. */
  depositDeadline: number;
  /** Unix seconds; EXECUTE strictly before it, timeout from then on. */
  settleDeadline: number;
  /** Strictly ascending. */
  attesters: readonly Address[];
  threshold: number;
  operator: Address;
  parent: Hex;
  notBefore: number;
}

/** The preimage of a wallet commitment: `walletCommitment(secret, wallet) === terms.parties[partyIndex]`. */
export interface Opening {
  partyIndex: number;
  secret: Hex;
  wallet: Address;
}
