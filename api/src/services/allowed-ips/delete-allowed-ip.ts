import { transaction } from "@keystoneos/store";
import type { PlatformCaller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import { notFound } from "../../errors/api-error.ts";
import { isUuid } from "../../schemas/primitives.ts";
import { callersActivity, recordActivity } from "../activity.ts";
import { ownEnvironment } from "./select-allowed-ip.ts";

/** Takes a block off the list; without any block machine tokens may come from anywhere again. Throws ApiError 404. */
export async function deleteAllowedIp(
  { db }: Dependencies,
  caller: PlatformCaller,
  ids: { environmentId: string; entryId: string },
  facts: RequestFacts,
): Promise<void> {
  await transaction(db, async (trx) => {
    const environment_id = await ownEnvironment(trx, caller, ids.environmentId);
    if (!isUuid(ids.entryId)) throw notFound("Allowed IP");
    const gone = await trx
      .deleteFrom("keystone.allowed_ip")
      .where("id", "=", ids.entryId)
      .where("environment_id", "=", environment_id)
      .returning(["id", "cidr"])
      .executeTakeFirst();
    if (gone === undefined) throw notFound("Allowed IP");
    await recordActivity(trx, [
      callersActivity({ ...caller, environmentId: environment_id }, facts, {
        type: "allowed_ip.deleted",
        category: "security",
        description: `Machine tokens no longer allowed from ${gone.cidr} by name`,
        resourceType: "allowed_ip",
        resourceId: gone.id,
        statusCode: 204,
        detail: { cidr: gone.cidr },
      }),
    ]);
  });
}
