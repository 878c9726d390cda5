import type { Address } from "viem";
import { hashTerms } from "../terms/hash.ts";
import { escrowDomain, type LegSigningInput, legToSign } from "./leg.ts";

/** The type string whose keccak256 is the type hash in the contract. */
export const REDIRECT_TYPE = "Redirect(bytes32 settlementId,uint8 legIndex,address wallet,uint40 validUntil)";

const redirectTypes = {
  Redirect: [
    { name: "settlementId", type: "bytes32" },
    { name: "legIndex", type: "uint8" },
    { name: "wallet", type: "address" },
    { name: "validUntil", type: "uint40" },
  ],
} as const;

/**
 * What an attester of the terms signs for the escrow's `redirect`: that the wallet, which the one entitled to the leg has chosen, may be
 * paid instead.
 *
 * @example
 * attester.signTypedData(redirectTypedData({ terms, legIndex: 0, wallet, validUntil }))
 * @throws ProtocolError `signing_input` when the terms have no such leg, `terms_encoding` when they do not fit their Solidity types.
 */
export function redirectTypedData({
  terms,
  legIndex,
  wallet,
  validUntil,
}: LegSigningInput & {
  wallet: Address;
  /** Unix seconds; counts until then, that second included. */
  validUntil: number;
}) {
  return {
    domain: escrowDomain(legToSign({ terms, legIndex })),
    types: redirectTypes,
    primaryType: "Redirect",
    message: { settlementId: hashTerms(terms), legIndex, wallet, validUntil },
  } as const;
}
