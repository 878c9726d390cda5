import { registryAbi } from "@keystoneos/protocol/abi";
import { type Address, encodeFunctionData, type Hex } from "viem";
import type { Facts } from "../facts/types.ts";
import type { ActContext } from "./context.ts";

/** `attestBySig` with a statement that was signed and stored before. */
export async function attestationCall({ db }: ActContext, facts: Facts, sequence: bigint): Promise<Hex> {
  const row = await db
    .selectFrom("keystone.attestation")
    .selectAll()
    .where("settlement_id", "=", facts.settlementId)
    .where("attester", "=", facts.attester.toLowerCase() as Address)
    .where("sequence", "=", sequence)
    .executeTakeFirstOrThrow();
  return encodeFunctionData({
    abi: registryAbi,
    functionName: "attestBySig",
    args: [
      facts.attester,
      facts.settlementHash,
      [...facts.terms.parties],
      row.statuses,
      row.reference_hashes,
      Math.floor(row.valid_until.getTime() / 1000),
      sequence,
      row.signature,
    ],
  });
}
