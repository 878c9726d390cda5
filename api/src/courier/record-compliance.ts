import type { StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { EventName } from "../services/events/catalogue.ts";
import { eventId } from "../services/events/event-id.ts";
import { recordSettlementEvents, type SettlementFact } from "../services/events/record-settlement-events.ts";

const BATCH = 200;

/** Records the outcome of screenings whose checks have changed, as part of `trx`; returns how many changes were looked at. */
export async function recordCompliance(trx: StoreTransaction): Promise<number> {
  const changes = await trx
    .deleteFrom("keystone.compliance_change")
    .where("id", "in", (eb) => eb.selectFrom("keystone.compliance_change").select("id").orderBy("id").limit(BATCH))
    .returning("settlement_id")
    .execute();
  if (changes.length === 0) return 0;
  const screenings = await readScreenings(trx, [...new Set(changes.map((change) => change.settlement_id))]);
  const facts = screenings.flatMap((screening): SettlementFact[] => {
    const event = outcomeOf(screening);
    if (event === null || screening.told.includes(eventId(event, { objectId: screening.settlement_id }))) return [];
    const { settlement_id: settlementId, changed_at: at, checks } = screening;
    const adds = ({ partyIds }: { partyIds: ReadonlySet<string> }) => ({
      check_ids: checks.filter(({ party_id }) => partyIds.has(party_id)).map(({ id }) => id),
    });
    return [{ settlementId, event, at, chain: null, entered: null, adds }];
  });
  await recordSettlementEvents(trx, facts);
  return changes.length;
}

interface Screening {
  settlement_id: string;
  expected: number;
  checks: { id: string; party_id: string; status: string }[];
  changed_at: Date;
  /** Ids of the compliance events recorded before. */
  told: string[];
}

async function readScreenings(trx: StoreTransaction, ids: string[]): Promise<Screening[]> {
  const { rows } = await sql<Screening>`
    SELECT settlement.id AS settlement_id,
      (SELECT count(*)::integer FROM keystone.party WHERE party.settlement_id = settlement.id)
        * (jsonb_array_length(template.config->'compliance'->'entity_providers')
          + jsonb_array_length(template.config->'compliance'->'wallet_providers')) AS expected,
      jsonb_agg(jsonb_build_object('id', item.id, 'party_id', item.party_id, 'status', item.status)
        ORDER BY item.created_at, item.id) AS checks,
      max(item.updated_at) AS changed_at,
      coalesce((SELECT jsonb_agg(event.id) FROM keystone.event WHERE event.settlement_id = settlement.id
        AND event.event LIKE 'settlement.compliance.%'), '[]') AS told
    FROM keystone.settlement
    JOIN keystone.template ON template.id = settlement.template_id
    JOIN keystone.compliance_check AS item ON item.settlement_id = settlement.id
    WHERE settlement.id = ANY(${ids}::uuid[])
    GROUP BY settlement.id, template.config
    ORDER BY max(item.updated_at), settlement.id`.execute(trx);
  return rows;
}

/** What a screening came to once every check of every party is made; null before. */
function outcomeOf({ checks, expected }: Screening): EventName | null {
  const has = (...statuses: string[]) => checks.some(({ status }) => statuses.includes(status));
  if (checks.length < expected || has("pending", "error")) return null;
  if (has("fail")) return "settlement.compliance.failed";
  return has("flagged") ? "settlement.compliance.flagged" : "settlement.compliance.cleared";
}
