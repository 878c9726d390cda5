import type { FeeMode } from "@keystoneos/protocol";
import type { StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { Side } from "./side.ts";

/** Who looks for a counterpart, and under which reference. */
export interface Search {
  tradeReference: string;
  instructionId: string;
  platformSlug: string;
  counterpartyPlatformSlug: string | null;
  /** The database's clock. */
  now: Date;
}

/** Neither side names another platform than the other's: only then do the two exist for each other. */
const mutual = (search: Search) => sql<boolean>`
  (other.counterparty_platform_slug IS NULL OR other.counterparty_platform_slug = ${search.platformSlug})
  AND (${search.counterpartyPlatformSlug}::text IS NULL OR platform.slug = ${search.counterpartyPlatformSlug})`;

/**
 * The instructions that may match, oldest first, locked until the transaction ends; none when a pair has matched under the reference
 * that this instruction can see. The reference must be locked already.
 */
export async function findCandidates(trx: StoreTransaction, search: Search): Promise<Side[]> {
  const rows = await trx
    .selectFrom("keystone.instruction as other")
    .innerJoin("keystone.platform as platform", "platform.id", "other.platform_id")
    .innerJoin("keystone.environment as environment", "environment.id", "other.environment_id")
    .innerJoin("keystone.template as template", "template.id", "other.template_id")
    .selectAll("other")
    .select([
      "platform.slug as platform_slug",
      sql<FeeMode>`template.config->'fees'->>'default_mode'`.as("default_fee_mode"),
    ])
    .where("other.trade_reference", "=", search.tradeReference)
    .where("other.id", "!=", search.instructionId)
    .where(mutual(search))
    .where((eb) =>
      eb.or([
        eb("other.status", "=", "matched"),
        eb.and([
          eb("other.status", "=", "pending_match"),
          eb("other.expires_at", ">", search.now),
          eb("platform.status", "=", "active"),
          eb("environment.is_active", "=", true),
        ]),
      ]),
    )
    .orderBy("other.created_at")
    .orderBy("other.id")
    .forUpdate("other")
    .execute();
  if (rows.some(({ status }) => status === "matched")) return [];
  return rows.map((row) => ({
    instructionId: row.id,
    idempotencyKey: row.idempotency_key,
    platformId: row.platform_id,
    platformSlug: row.platform_slug,
    environmentId: row.environment_id,
    templateId: row.template_id,
    role: row.role,
    feeMode: row.fee_mode ?? row.default_fee_mode,
    repo:
      row.maturity_at === null || row.repayment_amount === null
        ? null
        : { maturityAt: row.maturity_at, repaymentAmount: row.repayment_amount },
    repoRate: row.repo_rate,
    open: row.open,
    timeoutAt: row.timeout_at,
    party: row.party,
    legs: row.legs,
  }));
}
