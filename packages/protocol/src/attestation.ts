import type { Address, Hex } from "viem";

/** An attester's word about one commitment. None means no word. */
export const ComplianceStatus = { None: 0, Pass: 1, Flagged: 2, Fail: 3, Revoked: 4 } as const;
export type ComplianceStatus = (typeof ComplianceStatus)[keyof typeof ComplianceStatus];

/** One attester's whole word about all parties of a settlement: one entry per position of `parties` in each list. */
export interface Attestation {
  settlementId: Hex;
  /** `terms.parties`, in full and in order. */
  parties: readonly Hex[];
  /** Of `ComplianceStatus`, without Revoked. */
  statuses: readonly number[];
  /** keccak256 of the provider's reference; 32 zero bytes where there is no word. */
  referenceHashes: readonly Hex[];
  /** Unix seconds; counts strictly before it. */
  validUntil: number;
  /** Strictly rising per (settlement, attester, party list). */
  sequence: bigint;
}

export const attestationTypes = {
  Attestation: [
    { name: "settlementId", type: "bytes32" },
    { name: "parties", type: "bytes32[]" },
    { name: "statuses", type: "uint8[]" },
    { name: "referenceHashes", type: "bytes32[]" },
    { name: "validUntil", type: "uint40" },
    { name: "sequence", type: "uint64" },
  ],
} as const;

export const ATTESTATION_TYPE =
  "Attestation(bytes32 settlementId,bytes32[] parties,uint8[] statuses,bytes32[] referenceHashes,uint40 validUntil,uint64 sequence)";

/**
 * What an attester signs for the registry's `attestBySig`.
 *
 * @example
 * account.signTypedData(attestationTypedData({ chainId: 11155111, registry, attestation }))
 */
export function attestationTypedData({
  chainId,
  registry,
  attestation,
}: {
  /** The coordinator's chain. */
  chainId: number | bigint;
  registry: Address;
  attestation: Attestation;
}) {
  return {
    domain: { name: "KeyStone Compliance", version: "1", chainId: BigInt(chainId), verifyingContract: registry },
    types: attestationTypes,
    primaryType: "Attestation",
    message: attestation,
  } as const;
}
