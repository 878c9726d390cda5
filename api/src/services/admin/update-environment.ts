import { transaction } from "@keystoneos/store";
import type { Actor } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import type { AdminEnvironmentUpdate, EnvironmentRead } from "../../schemas/environment.ts";
import { adminsActivity } from "../activity.ts";
import { findEnvironment } from "../environments/select-environment.ts";
import { changeEnvironment } from "../environments/update-environment.ts";
import { reasonFor } from "./reason-for.ts";

/**
 * Changes the given fields of any environment. Throws ApiError 404, 409 endpoint_limit_reached, 422 reason_required for is_active without
 * one, webhook_url_forbidden, ValidationError; then nothing is changed.
 */
export function updateAdminEnvironment(
  deps: Dependencies,
  caller: Actor,
  id: string,
  { reason: said, ...input }: AdminEnvironmentUpdate,
  facts: RequestFacts,
): Promise<EnvironmentRead> {
  const reason = reasonFor(input.is_active, said);
  return transaction(deps.db, async (trx) => {
    const before = await findEnvironment(trx, null, id, { lock: true });
    const owner = { platformId: before.platform_id, environmentId: before.id };
    const turned = input.is_active !== undefined && input.is_active !== before.is_active;
    return changeEnvironment(deps, trx, before, input, (activity) =>
      adminsActivity(caller, owner, facts, {
        ...activity,
        ...(turned && { severity: "warning" as const }),
        detail: { ...activity.detail, ...(reason !== null && { reason }) },
      }),
    );
  });
}
