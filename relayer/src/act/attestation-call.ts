import { registryAbi } from "@keystoneos/protocol/abi";
import { type Address, encodeFunctionData, type Hex } from "viem";
import type { Facts } from "../facts/types.ts";
import type { ActContext } from "./context.ts";

/** `attestBySig` with a statement that was signed and stored before. */
export async function attestationCall(context: ActContext, facts: Facts, sequence: bigint): Promise<Hex> {
  const signed = await signedAttestation(context, facts, sequence);
  const { attester, statuses, referenceHashes, validUntil, signature } = signed;
  const parties = [...facts.terms.parties];
  return encodeFunctionData({
    abi: registryAbi,
    functionName: "attestBySig",
    args: [attester, facts.settlementHash, parties, statuses, referenceHashes, validUntil, sequence, signature],
  });
}

/** A statement that was signed and stored before, as the router takes it. */
export async function signedAttestation({ db }: ActContext, { settlementId, attester }: Facts, sequence: bigint) {
  const row = await db
    .selectFrom("keystone.attestation")
    .selectAll()
    .where("settlement_id", "=", settlementId)
    .where("attester", "=", attester.toLowerCase() as Address)
    .where("sequence", "=", sequence)
    .executeTakeFirstOrThrow();
  return {
    attester,
    statuses: row.statuses,
    referenceHashes: row.reference_hashes,
    validUntil: Math.floor(row.valid_until.getTime() / 1000),
    sequence,
    signature: row.signature,
  };
}
