import type { PlatformCaller } from "../../auth/caller.ts";
import type { Dependencies, RequestFacts } from "../../context.ts";
import { ApiError, notFound } from "../../errors/api-error.ts";
import type { AllowedIpCreate, AllowedIpRead } from "../../schemas/allowed-ip.ts";
import { callersActivity, recordActivity } from "../activity.ts";
import { type IdempotentRequest, makeOnce } from "../idempotency.ts";
import { ownEnvironment, renderAllowedIp } from "./select-allowed-ip.ts";

export interface AllowedIpSubmission {
  caller: PlatformCaller;
  environmentId: string;
  input: AllowedIpCreate;
  request: IdempotentRequest | null;
  facts: RequestFacts;
}

/** Lets machine tokens of an environment come from a block; the first block shuts out everything else. Throws ApiError 404, 409. */
export async function createAllowedIp(
  { db }: Dependencies,
  { caller, environmentId, input, request, facts }: AllowedIpSubmission,
): Promise<{ allowedIp: AllowedIpRead; replayed: boolean }> {
  const { id, replayed } = await makeOnce(db, request, async (trx) => {
    const environment_id = await ownEnvironment(trx, caller, environmentId);
    const made = await trx
      .insertInto("keystone.allowed_ip")
      .values({ environment_id, cidr: input.cidr, description: input.description ?? null, created_by: caller.actorId })
      .onConflict((conflict) => conflict.doNothing())
      .returning(["id", "cidr"])
      .executeTakeFirst();
    if (made === undefined) {
      throw new ApiError("allowed_ip_exists", "The block is listed already", { loc: ["body", "cidr"] });
    }
    await recordActivity(trx, [
      callersActivity({ ...caller, environmentId: environment_id }, facts, {
        type: "allowed_ip.created",
        category: "security",
        description: `Machine tokens allowed from ${made.cidr}`,
        resourceType: "allowed_ip",
        resourceId: made.id,
        statusCode: 201,
        detail: { cidr: made.cidr },
      }),
    ]);
    return made.id;
  });
  const row = await db.selectFrom("keystone.allowed_ip").selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw notFound("Allowed IP");
  return { allowedIp: renderAllowedIp(row), replayed };
}
