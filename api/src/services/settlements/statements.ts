import { hashParties, type Statement } from "@keystoneos/protocol";
import type { ChainViews, Row, StoreTransaction } from "@keystoneos/store";
import type { Hex } from "viem";

export interface NewestStatement extends Statement {
  /** The round of screening that it speaks of; null when that is not known, as of an outside attester. */
  round: number | null;
  txHash: Hex;
  block: number;
}

/** A statement that our attester has signed. */
export type SignedStatement = Pick<Row<"attestation">, "settlement_id" | "attester" | "sequence" | "round">;

/**
 * Which statements speak of which round, by settlement; of those that were screened once it need not be asked.
 */
export async function readSigned(
  trx: StoreTransaction,
  checks: readonly Pick<Row<"compliance_check">, "settlement_id" | "round">[],
): Promise<Map<string, SignedStatement[]>> {
  const ids = [...new Set(checks.filter(({ round }) => round > 1).map((check) => check.settlement_id))];
  if (ids.length === 0) return new Map();
  const rows = await trx
    .selectFrom("keystone.attestation")
    .select(["settlement_id", "attester", "sequence", "round"])
    .where("settlement_id", "in", ids)
    .execute();
  return Map.groupBy(rows, (row) => row.settlement_id);
}

/**
 * Each attester's present word about exactly this party list, from everything it has said. A revocation restates all positions and
 * leaves the time until which the others count.
 */
export function newestStatements(
  attestations: ChainViews["attestation"][],
  parties: readonly Hex[],
  signed: readonly SignedStatement[] = [],
): NewestStatement[] {
  if (attestations.length === 0) return [];
  const partiesHash = hashParties(parties);
  const byAttester = new Map<string, NewestStatement>();
  // Oldest first, so that the newest stays.
  for (const row of attestations) {
    if (row.parties_hash !== partiesHash) continue;
    const before = byAttester.get(row.attester);
    byAttester.set(row.attester, {
      attester: row.attester,
      statuses: row.statuses.split(",").map(Number),
      validUntil: row.valid_until === null ? (before?.validUntil ?? 0) : Number(row.valid_until),
      round:
        signed.find(({ attester, sequence }) => attester === row.attester && sequence === BigInt(row.sequence))
          ?.round ?? null,
      txHash: row.tx_hash,
      block: Number(row.block_number),
    });
  }
  return [...byAttester.values()];
}
