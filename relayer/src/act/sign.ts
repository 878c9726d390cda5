import { attestationTypedData } from "@keystoneos/protocol";
import { type Address, type Hex, keccak256, stringToBytes, zeroHash } from "viem";
import { positionOf } from "../facts/secrets.ts";
import type { CheckType, Facts } from "../facts/types.ts";
import type { Action } from "../plan/actions.ts";
import type { ActContext } from "./context.ts";

/**
 * Signs our whole word about all parties and stores it; sending it follows from its being stored. Two processes that sign at once take
 * the same sequence, and one of them is stored.
 */
export async function sign(
  { db, deployment, attester, policy, log }: ActContext,
  facts: Facts,
  { statuses, sequence, round }: Omit<Extract<Action, { type: "sign" }>, "type">,
): Promise<void> {
  const referenceHashes = referenceHashesOf(facts, statuses);
  const validUntil = facts.terms.settleDeadline + policy.attestationMarginSeconds;
  const signature = await attester.signTypedData(
    attestationTypedData({
      chainId: facts.coordinatorChainId,
      registry: deployment.contracts.registry,
      attestation: {
        settlementId: facts.settlementHash,
        parties: facts.terms.parties,
        statuses,
        referenceHashes,
        validUntil,
        sequence,
      },
    }),
  );
  const result = await db
    .insertInto("keystone.attestation")
    .values({
      settlement_id: facts.settlementId,
      attester: attester.address.toLowerCase() as Address,
      sequence,
      statuses: [...statuses],
      reference_hashes: referenceHashes,
      valid_until: new Date(validUntil * 1000),
      signature,
      round,
    })
    .onConflict((conflict) => conflict.columns(["settlement_id", "attester", "sequence"]).doNothing())
    .executeTakeFirst();
  if (result.numInsertedOrUpdatedRows === 1n) {
    log.info({ settlementId: facts.settlementId, sequence: sequence.toString(), statuses }, "signed an attestation");
  }
}

/** keccak256 of the provider's reference per position; of several providers' the references joined. Zero where there is no word. */
function referenceHashesOf(facts: Facts, statuses: readonly number[]): Hex[] {
  const hashes: Hex[] = statuses.map(() => zeroHash);
  for (const party of facts.parties) {
    for (const kind of ["entity", "wallet"] satisfies CheckType[]) {
      const position = positionOf(party, kind);
      if ((statuses[position] ?? 0) === 0) continue;
      const references = facts.checks
        .filter((check) => check.party_id === party.id && check.check_type === kind && check.reference_id !== null)
        .sort((a, b) => (a.provider < b.provider ? -1 : 1))
        .map((check) => check.reference_id);
      hashes[position] = keccak256(stringToBytes(references.join("\n")));
    }
  }
  return hashes;
}
