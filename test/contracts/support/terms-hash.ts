import { type Hex, hashTypedData } from "viem";
import type { Terms } from "./terms.ts";

/** The type strings of a settlement's terms, as wallets show them. */
export const TERMS_TYPES = {
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

/** The settlement id, computed apart from the contracts: if both ever differ, every test that uses it fails. */
export function settlementId(terms: Terms): Hex {
  return hashTypedData({
    domain: {
      name: "KeyStone Settlement",
      version: "1",
      chainId: terms.chainId,
      verifyingContract: terms.coordinator,
    },
    types: TERMS_TYPES,
    primaryType: "Terms",
    message: terms,
  });
}
