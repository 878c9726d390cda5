import { StateKind } from "@keystoneos/protocol";
import type { Store } from "@keystoneos/store";
import type { Registry } from "@keystoneos/telemetry";
import { sql } from "kysely";
import type { Hex } from "viem";
import type { Facts } from "../facts/types.ts";
import type { Action } from "../plan/actions.ts";
import { plan } from "../plan/plan.ts";
import type { Policy } from "../plan/policy.ts";
import { legChains, stateOf, timeOn } from "../plan/terms.ts";

interface Due {
  settlementId: string;
  settlementHash: Hex;
  kind: string;
  /** The newest deadline that has passed, in Unix seconds; 0 without any. */
  passed: number;
}

const UNCREATED = "uncreated";
const KINDS = new Map(Object.entries(StateKind).map(([name, kind]) => [kind as number, name.toLowerCase()]));

/**
 * The open settlements for which something of ours is to be done, as of the last look at each. What waits for parties, for a message on its
 * way, for finality or for an operator is not among them; what is in flight is, until its effect is indexed.
 */
export class DueBook {
  readonly #due = new Map<string, Due>();

  look(facts: Facts, now: Date, policy: Policy): void {
    // Without what we have sent, or the pauses between attempts would hide what is due.
    const actions = plan({ ...facts, transactions: [] }, now, policy);
    if (!actions.some((action) => isOurs(facts, action))) {
      this.#due.delete(facts.intentId);
      return;
    }
    const { settlementId, settlementHash } = facts;
    const kind = KINDS.get(stateOf(facts)?.kind ?? -1) ?? UNCREATED;
    this.#due.set(facts.intentId, { settlementId, settlementHash, kind, passed: passedDeadline(facts) });
  }

  /** Forgets intents that are not open any more. */
  keep(open: ReadonlySet<string>): void {
    for (const intentId of this.#due.keys()) if (!open.has(intentId)) this.#due.delete(intentId);
  }

  /**
   * By the kind of the state, for how many seconds what is due longest has been due: since anybody last did something that could have made
   * it due, or a deadline did. It is read from the database, so a restart does not make it young.
   */
  async oldest(db: Store): Promise<Map<string, number>> {
    const ages = new Map([UNCREATED, ...KINDS.values()].map((kind) => [kind, 0]));
    const due = [...this.#due.values()];
    if (due.length === 0) return ages;
    const changes = await lastChanges(db, due);
    const now = Date.now() / 1000;
    for (const { settlementId, kind, passed } of due) {
      const since = Math.max(passed, changes.get(settlementId) ?? 0);
      ages.set(kind, Math.max(ages.get(kind) ?? 0, now - since));
    }
    return ages;
  }
}

export function registerDue(registry: Registry, db: Store, book: DueBook): void {
  registry.gauge(
    "keystone_relayer_oldest_due_seconds",
    "For how long what the relayer should do, and has not done, has been due.",
    ["state_kind"],
    async () => [...(await book.oldest(db))].map(([state_kind, value]) => ({ labels: { state_kind }, value })),
  );
}

/** A payment that failed is tried again for ever, and is its recipient's to take; an overdue message has metrics of its own. */
function isOurs(facts: Facts, action: Action): boolean {
  if (action.type === "recover") return false;
  const tried = action.type === "send" && action.call.name === "claim" ? facts.legs[action.call.leg] : undefined;
  return tried?.status !== "claimable";
}

function passedDeadline(facts: Facts): number {
  const { depositDeadline, settleDeadline, notBefore } = facts.terms;
  const times = [facts.coordinatorChainId, ...legChains(facts)].map((chainId) => timeOn(facts, chainId));
  return Math.max(0, ...[depositDeadline, settleDeadline, notBefore].filter((at) => at <= Math.max(...times)));
}

/** By settlement the Unix seconds at which a chain or the platform last did something about it. Our own attempts are nothing of the kind. */
async function lastChanges(db: Store, due: readonly Due[]): Promise<Map<string, number>> {
  const ids = [...new Set(due.map(({ settlementId }) => settlementId))];
  const { rows } = await sql<{ settlement_id: string; at: number }>`
    SELECT settlement_id, extract(epoch FROM max(at))::float8 AS at FROM (
      SELECT settlement_id, created_at AS at FROM keystone.intent
      UNION ALL SELECT settlement_id, updated_at FROM keystone.compliance_check
      UNION ALL SELECT settlement_id, started_at FROM keystone.screening_round
      UNION ALL SELECT settlement_id, created_at FROM keystone.attestation
    ) AS change WHERE settlement_id = ANY(${ids}::uuid[]) GROUP BY settlement_id`.execute(db);
  const changes = new Map(rows.map(({ settlement_id, at }) => [settlement_id, at]));
  const events = await db
    .selectFrom("indexer.chain_event")
    .select(["settlement_hash", (eb) => eb.fn.max<bigint>("block_timestamp").as("at")])
    .where(
      "settlement_hash",
      "in",
      due.map(({ settlementHash }) => settlementHash),
    )
    .groupBy("settlement_hash")
    .execute();
  const shown = new Map(events.map(({ settlement_hash, at }) => [settlement_hash, Number(at)]));
  for (const { settlementId, settlementHash } of due) {
    changes.set(settlementId, Math.max(changes.get(settlementId) ?? 0, shown.get(settlementHash) ?? 0));
  }
  return changes;
}
