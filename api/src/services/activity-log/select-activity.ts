import type { Row, Store } from "@keystoneos/store";
import type { PlatformCaller } from "../../auth/caller.ts";
import type { ActivityLogRead } from "../../schemas/activity.ts";
import { showTime } from "../time.ts";

/** All of the log. */
export function allActivity(db: Store) {
  return db.selectFrom("keystone.activity_log as activity");
}

/** What the caller may see of the log: a user all of its platform, a machine what concerns its environment. */
export function activityOf(db: Store, { platformId, environmentId }: PlatformCaller) {
  const own = allActivity(db).where("activity.platform_id", "=", platformId);
  return environmentId === null ? own : own.where("activity.environment_id", "=", environmentId);
}

export function renderActivity(row: Row<"activity_log">): ActivityLogRead {
  return {
    id: row.id,
    type: row.type,
    // Stored by this package and the relayer, from the same words.
    category: row.category as ActivityLogRead["category"],
    severity: row.severity,
    description: row.description,
    actor_type: row.actor_type,
    actor_id: row.actor_id,
    resource_type: row.resource_type,
    resource_id: row.resource_id,
    method: row.method,
    path: row.path,
    status_code: row.status_code,
    ip_address: row.ip_address,
    user_agent: row.user_agent,
    duration_ms: row.duration_ms,
    detail: row.detail,
    created_at: showTime(row.created_at),
  };
}
