import type { StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";

export interface ChecksDecision {
  settlementId: string;
  /** Whose parties are decided; null for all. */
  environmentId: string | null;
  decision: "approve" | "reject";
  /** `m2m:<environment id>`, `user:<id>` or `admin:<id>`. */
  decidedBy: string;
  reason: string | null;
}

/**
 * Decides the flagged checks of a settlement that nobody has decided, and resolves to their ids; to none when there is nothing to
 * decide, or the verdict is taken. Approve records a pass and reject a fail; the relayer attests it. The settlement's row stays locked
 * until `trx` ends: of two decisions one finds nothing left, and a new round of screening comes before or after, never between.
 */
export async function decideChecks(trx: StoreTransaction, decision: ChecksDecision): Promise<string[]> {
  const { settlementId, environmentId } = decision;
  const settlement = await trx
    .selectFrom("keystone.settlement")
    .select(["id", "settlement_hash"])
    .select(sql<bigint>`(terms->>'chainId')::bigint`.as("chain_id"))
    .where("id", "=", settlementId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (settlement === undefined) return [];
  // A statement of its own, so that it sees what whoever held the lock has done.
  const ended = await trx
    .selectFrom("indexer.settlement")
    .select("verdict")
    .where("settlement_hash", "=", settlement.settlement_hash)
    .where("chain_id", "=", settlement.chain_id)
    .where("verdict", "!=", "none")
    .executeTakeFirst();
  if (ended !== undefined) return [];
  const decided = await trx
    .updateTable("keystone.compliance_check")
    .set({
      status: decision.decision === "approve" ? "pass" : "fail",
      decided_by: decision.decidedBy,
      decision_reason: decision.reason,
      updated_at: sql<Date>`clock_timestamp()`,
    })
    .where("settlement_id", "=", settlementId)
    .where("status", "=", "flagged")
    .where("decided_by", "is", null)
    .$if(environmentId !== null, (query) =>
      query.where("party_id", "in", (eb) =>
        eb
          .selectFrom("keystone.party")
          .select("id")
          .where("settlement_id", "=", settlementId)
          .where("environment_id", "=", environmentId as string),
      ),
    )
    .returning("id")
    .execute();
  return decided.map(({ id }) => id).sort();
}
