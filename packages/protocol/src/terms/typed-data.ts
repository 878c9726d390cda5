import type { Address } from "viem";
import type { Terms } from "./types.ts";

/** EIP-712 types of the terms. `TokenStandard` is uint8 here, as Solidity encodes an enum. */
export const termsTypes = {
  Terms: [
    { name: "ref", type: "bytes16" },
    { name: "chainId", type: "uint64" },
    { name: "coordinator", type: "address" },
    { name: "ruleset", type: "bytes32" },
    { name: "parties", type: "bytes32[]" },
    { name: "legs", type: "Leg[]" },
    { name: "depositDeadline", type: "uint40" },
    { name: "settleDeadline", type: "uint40" },
    { name: "attesters", type: "address[]" },
    { name: "threshold", type: "uint8" },
    { name: "operator", type: "address" },
    { name: "parent", type: "bytes32" },
    { name: "notBefore", type: "uint40" },
  ],
  Leg: [
    { name: "chainId", type: "uint64" },
    { name: "escrow", type: "address" },
    { name: "token", type: "address" },
    { name: "standard", type: "uint8" },
    { name: "tokenId", type: "uint256" },
    { name: "amount", type: "uint256" },
    { name: "partition", type: "bytes32" },
    { name: "from", type: "uint8" },
    { name: "to", type: "uint8" },
    { name: "fees", type: "Fee[]" },
  ],
  Fee: [
    { name: "recipient", type: "address" },
    { name: "amount", type: "uint256" },
  ],
} as const;

export const FEE_TYPE = "Fee(address recipient,uint256 amount)";
export const LEG_TYPE =
  "Leg(uint64 chainId,address escrow,address token,uint8 standard,uint256 tokenId,uint256 amount,bytes32 partition,uint8 from,uint8 to,Fee[] fees)";
/** `Terms` alone; a type that refers to it has `FEE_TYPE` and `LEG_TYPE` beside it, in the order of names. */
export const TERMS_STRUCT =
  "Terms(bytes16 ref,uint64 chainId,address coordinator,bytes32 ruleset,bytes32[] parties,Leg[] legs,uint40 depositDeadline,uint40 settleDeadline,address[] attesters,uint8 threshold,address operator,bytes32 parent,uint40 notBefore)";
/** The type string whose keccak256 is the type hash in the contract. */
export const TERMS_TYPE = `${TERMS_STRUCT}${FEE_TYPE}${LEG_TYPE}`;

export interface TermsDomain {
  name: "KeyStone Settlement";
  version: "1";
  chainId: bigint;
  verifyingContract: Address;
}

/** The EIP-712 domain of a settlement: that of the coordinator which the terms name. */
export function termsDomain(terms: Pick<Terms, "chainId" | "coordinator">): TermsDomain {
  return { name: "KeyStone Settlement", version: "1", chainId: terms.chainId, verifyingContract: terms.coordinator };
}

/**
 * The terms as EIP-712 typed data, ready for `hashTypedData` or a wallet's `signTypedData`.
 *
 * @example
 * hashTypedData(termsTypedData(terms)) === hashTerms(terms)
 */
export function termsTypedData(terms: Terms) {
  return { domain: termsDomain(terms), types: termsTypes, primaryType: "Terms", message: terms } as const;
}
