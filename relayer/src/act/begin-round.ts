import { type StoreTransaction, transaction } from "@keystoneos/store";
import type { CheckType, Facts } from "../facts/types.ts";
import type { ActContext } from "./context.ts";

/** What is screened, and which rounds of it are known to have begun. */
type RoundSubject = Pick<Facts, "settlementId" | "rounds" | "providers"> & { parties: readonly { id: string }[] };

/**
 * Begins a round of screening: every check is to be made anew, and what was found or decided before is past. Decisions take the same
 * lock, so that one is about the round before or about none. Of several processes one begins the round.
 */
export async function beginRound(
  { db, log }: Pick<ActContext, "db" | "log">,
  facts: RoundSubject,
  cause: string,
): Promise<void> {
  const round = await transaction(db, async (trx) => {
    await trx
      .selectFrom("keystone.settlement")
      .select("id")
      .where("id", "=", facts.settlementId)
      .forNoKeyUpdate()
      .executeTakeFirstOrThrow();
    const { last } = await trx
      .selectFrom("keystone.screening_round")
      .select((eb) => eb.fn.max("round").as("last"))
      .where("settlement_id", "=", facts.settlementId)
      .executeTakeFirstOrThrow();
    if ((last ?? 0) !== (facts.rounds.at(-1)?.round ?? 0)) return null;
    const next = Math.max(last ?? 0, await supersede(trx, facts.settlementId)) + 1;
    await trx
      .insertInto("keystone.screening_round")
      .values({ settlement_id: facts.settlementId, round: next, cause })
      .execute();
    await planChecks(trx, facts, next);
    return next;
  });
  if (round !== null) log.info({ settlementId: facts.settlementId, round, cause }, "began a round of screening");
}

const COLUMNS = [
  "id",
  "settlement_id",
  "party_id",
  "check_type",
  "provider",
  "status",
  "reference_id",
  "risk_score",
  "matched_lists",
  "decided_by",
  "decision_reason",
  "round",
  "created_at",
  "updated_at",
] as const;

/** Puts the present checks aside; resolves to their round, 0 without any. */
async function supersede(trx: StoreTransaction, settlementId: string): Promise<number> {
  const moved = await trx
    .with("gone", (db) =>
      db.deleteFrom("keystone.compliance_check").where("settlement_id", "=", settlementId).returning(COLUMNS),
    )
    .insertInto("keystone.past_compliance_check")
    .columns([...COLUMNS])
    .expression((eb) => eb.selectFrom("gone").select(COLUMNS))
    .returning("round")
    .execute();
  return Math.max(0, ...moved.map(({ round }) => round));
}

async function planChecks(trx: StoreTransaction, { settlementId, parties, providers }: RoundSubject, round: number) {
  const checks = parties.flatMap((party) =>
    (["entity", "wallet"] satisfies CheckType[]).flatMap((check_type) =>
      providers[check_type].map((provider) => ({
        settlement_id: settlementId,
        party_id: party.id,
        check_type,
        provider,
        status: "pending" as const,
        round,
      })),
    ),
  );
  if (checks.length > 0) await trx.insertInto("keystone.compliance_check").values(checks).execute();
}
