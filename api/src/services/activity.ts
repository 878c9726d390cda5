import type { NewRow, StoreTransaction } from "@keystoneos/store";
import type { Actor, PlatformCaller } from "../auth/caller.ts";
import type { RequestFacts } from "../context.ts";

export interface Activity {
  type: string;
  category:
    | "admin"
    | "compliance"
    | "environment"
    | "instruction"
    | "instrument"
    | "member"
    | "platform"
    | "security"
    | "session"
    | "settlement"
    | "webhook";
  description: string;
  resourceType:
    | "allowed_ip"
    | "environment"
    | "instruction"
    | "instrument"
    | "invitation"
    | "member"
    | "platform"
    | "session"
    | "settlement"
    | "webhook_endpoint";
  resourceId: string;
  /** Default `info`. */
  severity?: "warning" | "error";
  statusCode?: number;
  detail?: Record<string, unknown>;
}

/** Who did something, and for whom: a caller, or an operator for a platform. */
export type Doer = Pick<PlatformCaller, "kind" | "actorId" | "platformId" | "environmentId">;

/** What the caller did, for its environment or its platform, in the transaction of the effect. */
export function callersActivity(caller: Doer, facts: RequestFacts, activity: Activity): NewRow<"activity_log"> {
  return {
    ...rowOf(activity),
    platform_id: caller.platformId,
    environment_id: caller.environmentId,
    actor_type: caller.kind,
    actor_id: caller.actorId,
    ...partOf(facts),
  };
}

/** What an operator of KeyStone did about something of theirs. */
export function adminsActivity(
  caller: Actor,
  owner: { platformId: string | null; environmentId: string | null },
  facts: RequestFacts,
  activity: Activity,
): NewRow<"activity_log"> {
  return {
    ...rowOf(activity),
    platform_id: owner.platformId,
    environment_id: owner.environmentId,
    actor_type: "admin",
    actor_id: caller.actorId,
    ...partOf(facts),
  };
}

/** What happened to an environment through somebody else's doing, of whom it learns nothing here. */
export function systemActivity(
  owner: { platformId: string; environmentId: string },
  actor: string,
  activity: Activity,
): NewRow<"activity_log"> {
  return {
    ...rowOf(activity),
    platform_id: owner.platformId,
    environment_id: owner.environmentId,
    actor_type: "system",
    actor_id: actor,
    method: null,
    path: null,
    ip_address: null,
    user_agent: null,
    request_id: null,
    duration_ms: null,
  };
}

/** What a row says of the request that it is about. */
function partOf(facts: RequestFacts) {
  return {
    method: facts.method,
    path: facts.path,
    ip_address: facts.ip,
    user_agent: facts.userAgent,
    request_id: facts.requestId,
    duration_ms: Math.round(performance.now() - facts.startedAt),
  };
}

function rowOf(activity: Activity) {
  return {
    type: activity.type,
    category: activity.category,
    severity: activity.severity ?? ("info" as const),
    description: activity.description,
    resource_type: activity.resourceType,
    resource_id: activity.resourceId,
    status_code: activity.statusCode ?? null,
    detail: activity.detail === undefined ? null : JSON.stringify(activity.detail),
  };
}

export async function recordActivity(trx: StoreTransaction, rows: NewRow<"activity_log">[]): Promise<void> {
  if (rows.length > 0) await trx.insertInto("keystone.activity_log").values(rows).execute();
}
