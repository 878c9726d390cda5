import { type NewRow, type StoreTransaction, transaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { PlatformCaller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import type { EnvironmentRead, EnvironmentUpdate } from "../../schemas/environment.ts";
import { type Activity, callersActivity, recordActivity } from "../activity.ts";
import { given } from "../given.ts";
import { keepWebhook } from "./keep-webhook.ts";
import { type EnvironmentRow, findEnvironment, renderEnvironment } from "./select-environment.ts";

/**
 * Changes the given fields of an environment of the caller's platform. From the moment that a deactivation is answered no token of it is
 * taken; what began before goes on, and so do running settlements. Throws ApiError 404, 409 endpoint_limit_reached, 422
 * webhook_url_forbidden, ValidationError; then nothing is changed.
 */
export function updateEnvironment(
  deps: Dependencies,
  caller: PlatformCaller,
  id: string,
  input: EnvironmentUpdate,
  facts: RequestFacts,
): Promise<EnvironmentRead> {
  return transaction(deps.db, async (trx) => {
    const before = await findEnvironment(trx, caller.platformId, id, { lock: true });
    const owner = { ...caller, environmentId: before.id };
    return changeEnvironment(deps, trx, before, input, (activity) => callersActivity(owner, facts, activity));
  });
}

/**
 * Changes the given fields of an environment that `trx` has locked; `rowOf` says in the log who did. Throws as `updateEnvironment` does.
 */
export async function changeEnvironment(
  deps: Dependencies,
  trx: StoreTransaction,
  before: EnvironmentRow,
  input: EnvironmentUpdate,
  rowOf: (activity: Activity) => NewRow<"activity_log">,
): Promise<EnvironmentRead> {
  const changed = fieldsChanged(before, input);
  if (changed.length === 0) return renderEnvironment(before);
  const { webhook_url, webhook_secret, ...columns } = input;
  await trx
    .updateTable("keystone.environment")
    .set({ ...given(columns), updated_at: sql<Date>`clock_timestamp()` })
    .where("id", "=", before.id)
    .execute();
  await keepWebhook(trx, deps, before, { webhook_url, webhook_secret });
  await recordActivity(trx, [
    rowOf({
      ...described(before, input),
      category: "environment",
      resourceType: "environment",
      resourceId: before.id,
      statusCode: 200,
      detail: { changed },
    }),
  ]);
  return renderEnvironment(await findEnvironment(trx, before.platform_id, before.id));
}

/** A secret cannot be compared, so that giving one is a change; nothing else is that stays as it was. */
function fieldsChanged(before: EnvironmentRow, input: EnvironmentUpdate): string[] {
  return Object.entries(given(input))
    .filter(([field, value]) => field === "webhook_secret" || before[field as keyof EnvironmentRow] !== value)
    .map(([field]) => field);
}

function described(
  { slug, is_active }: EnvironmentRow,
  input: EnvironmentUpdate,
): { type: string; description: string } {
  if (input.is_active === undefined || input.is_active === is_active) {
    return { type: "environment.updated", description: `Environment ${slug} changed` };
  }
  return input.is_active
    ? { type: "environment.reactivated", description: `Environment ${slug} reactivated` }
    : { type: "environment.deactivated", description: `Environment ${slug} deactivated` };
}
