import { hashTerms } from "../terms/hash.ts";
import { termsDomain } from "../terms/typed-data.ts";
import type { Terms } from "../terms/types.ts";

/** The type string whose keccak256 is the type hash in the contract. */
export const CANCEL_TYPE = "Cancel(bytes32 settlementId,uint40 validUntil)";

const cancelTypes = {
  Cancel: [
    { name: "settlementId", type: "bytes32" },
    { name: "validUntil", type: "uint40" },
  ],
} as const;

/**
 * What a party's wallet signs for the coordinator's `cancel`: its consent that the settlement be rolled back. Until `validUntil`, Unix
 * seconds, the signature is an option for whoever holds it, so show the terms and sign for minutes only.
 *
 * @example
 * account.signTypedData(cancelTypedData({ terms, validUntil }))
 * @throws ProtocolError `terms_encoding` when a value does not fit its Solidity type.
 */
export function cancelTypedData({ terms, validUntil }: { terms: Terms; validUntil: number }) {
  return {
    domain: termsDomain(terms),
    types: cancelTypes,
    primaryType: "Cancel",
    message: { settlementId: hashTerms(terms), validUntil },
  } as const;
}
