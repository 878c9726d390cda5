import { randomUUID } from "node:crypto";
import { evidenceHash } from "@keystoneos/protocol";
import type { IntentKind, StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { Actor } from "../../auth/caller.ts";
import type { RequestFacts } from "../../context.ts";
import type { Intervention } from "../../schemas/admin/intervention.ts";
import { adminsActivity, recordActivity } from "../activity.ts";
import type { LoadedSettlement } from "../settlements/load-settlements.ts";
import { stateOf } from "../settlements/render-context.ts";

/** Who intervenes in what, and why. */
export interface Request {
  caller: Actor;
  settlementId: string;
  reason: string;
  facts: RequestFacts;
}

type Action = Intervention["action"];

/** What is asked of the relayer: a step to a state, or (null) that it tries anew whatever it may do. */
export interface Wanted {
  action: Action & IntentKind;
  target: string | null;
  /** For the activity log, beyond what it has of every intervention. */
  detail?: Record<string, unknown>;
}

/** The intent that is under way for the same, whoever has asked for it and by whatever name. */
export async function openIntent(
  trx: StoreTransaction,
  settlementId: string,
  { action, target }: Wanted,
): Promise<string | null> {
  const row = await trx
    .selectFrom("keystone.intent")
    .select("id")
    .where("settlement_id", "=", settlementId)
    .where("status", "=", "open")
    .where(sql`coalesce(target_state, kind)`, "=", target ?? action)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** Stores the intent with its activity row. The settlement must be locked by `trx`. */
export async function storeIntent(
  trx: StoreTransaction,
  loaded: LoadedSettlement,
  request: Request,
  { action, target, detail }: Wanted,
): Promise<Intervention> {
  const { caller, reason, facts } = request;
  const { id: settlement_id, platform_id, environment_id } = loaded.row;
  const id = randomUUID();
  const evidence = target === null ? null : evidenceHash({ intent_id: id, actor: caller.actorId, reason });
  // Not the time of the transaction's beginning: it may have waited long for its turn.
  const now = sql<Date>`clock_timestamp()`;
  await trx
    .insertInto("keystone.intent")
    .values({
      id,
      settlement_id,
      kind: action,
      target_state: target,
      evidence_hash: evidence,
      actor: caller.actorId,
      reason,
      created_at: now,
      updated_at: now,
    })
    .execute();
  await recordActivity(trx, [
    adminsActivity(caller, { platformId: platform_id, environmentId: environment_id }, facts, {
      type: "settlement.intervention_requested",
      category: "admin",
      severity: "warning",
      description: DESCRIPTIONS[action],
      resourceType: "settlement",
      resourceId: settlement_id,
      statusCode: 200,
      detail: {
        action,
        reason,
        confirm: true,
        intent_id: id,
        state: stateOf(loaded),
        ...(target !== null && { target_state: target, evidence_hash: evidence }),
        ...detail,
      },
    }),
  ]);
  return answerOf(loaded, action, "submitted", id);
}

const DESCRIPTIONS: Record<Action, string> = {
  transition: "An operator asked for a transition",
  rollback: "An operator asked for a rollback",
  retry: "An operator had all permitted steps tried anew",
  compliance_override: "An operator decided the flagged checks",
  trigger_maturity: "An operator asked for the opening of a repo's closing",
};

/** Nothing here changes the state: it is the indexed one before and after. */
export function answerOf(
  loaded: LoadedSettlement,
  action: Action,
  status: Intervention["status"],
  intentId: string | null,
): Intervention {
  const state = stateOf(loaded);
  const states = { previous_state: state, current_state: state };
  return { settlement_id: loaded.row.id, ...states, action, status, intent_id: intentId };
}
