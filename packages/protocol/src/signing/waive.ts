import type { Address } from "viem";
import { hashTerms } from "../terms/hash.ts";
import { escrowDomain, type LegSigningInput, legToSign } from "./leg.ts";

/** The type string whose keccak256 is the type hash in the contract. */
export const WAIVE_TYPE =
  "Waive(bytes32 settlementId,uint8 legIndex,address token,uint256 amount,address depositor,uint40 validUntil)";

const waiveTypes = {
  Waive: [
    { name: "settlementId", type: "bytes32" },
    { name: "legIndex", type: "uint8" },
    { name: "token", type: "address" },
    { name: "amount", type: "uint256" },
    { name: "depositor", type: "address" },
    { name: "validUntil", type: "uint40" },
  ],
} as const;

/**
 * What the recipient of a locked, unpaid leg signs for the escrow's `waiveBySig`: that the leg goes back to its depositor in full.
 *
 * @example
 * account.signTypedData(waiveTypedData({ terms, legIndex: 0, depositor, validUntil }))
 * @throws ProtocolError `signing_input` when the terms have no such leg, `terms_encoding` when they do not fit their Solidity types.
 */
export function waiveTypedData({
  terms,
  legIndex,
  depositor,
  validUntil,
}: LegSigningInput & {
  /** The wallet that deposited the leg: who gets it back. */
  depositor: Address;
  /** Unix seconds; counts until then, that second included. */
  validUntil: number;
}) {
  const leg = legToSign({ terms, legIndex });
  const { token, amount } = leg;
  return {
    domain: escrowDomain(leg),
    types: waiveTypes,
    primaryType: "Waive",
    message: { settlementId: hashTerms(terms), legIndex, token, amount, depositor, validUntil },
  } as const;
}
