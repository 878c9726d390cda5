import { transaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { Actor } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import type { AdminPlatformRead, AdminPlatformUpdate } from "../../schemas/admin/platform.ts";
import { adminsActivity, recordActivity } from "../activity.ts";
import { given } from "../given.ts";
import { findPlatform } from "../platforms/select-platform.ts";
import { reasonFor } from "./reason-for.ts";
import { readAdminPlatform } from "./select-platform.ts";

/**
 * Changes the given fields of any platform. A suspended one begins no settlement and no instruction; what runs goes on. Throws ApiError
 * 404, 422 reason_required for a status without one.
 */
export function updateAdminPlatform(
  { db }: Dependencies,
  caller: Actor,
  id: string,
  input: AdminPlatformUpdate,
  facts: RequestFacts,
): Promise<AdminPlatformRead> {
  const { reason: said, ...fields } = input;
  const reason = reasonFor(fields.status, said);
  const changes = given(fields);
  return transaction(db, async (trx) => {
    const before = await findPlatform(trx, id, { lock: true });
    const changed = Object.entries(changes).flatMap(([field, value]) =>
      before[field as keyof typeof before] === value ? [] : [field],
    );
    if (changed.length === 0) return readAdminPlatform(trx, before.id);
    await trx
      .updateTable("keystone.platform")
      .set({ ...changes, updated_at: sql<Date>`clock_timestamp()` })
      .where("id", "=", before.id)
      .execute();
    const turned = changed.includes("status");
    await recordActivity(trx, [
      adminsActivity(caller, { platformId: before.id, environmentId: null }, facts, {
        ...describe(turned ? fields.status : undefined),
        category: "platform",
        ...(turned && { severity: "warning" as const }),
        resourceType: "platform",
        resourceId: before.id,
        statusCode: 200,
        detail: { changed, ...(reason !== null && { reason }) },
      }),
    ]);
    return readAdminPlatform(trx, before.id);
  });
}

function describe(status: AdminPlatformUpdate["status"]): { type: string; description: string } {
  if (status === undefined) return { type: "platform.updated", description: "Platform settings changed" };
  return status === "suspended"
    ? { type: "platform.suspended", description: "Platform suspended" }
    : { type: "platform.reactivated", description: "Platform active again" };
}
