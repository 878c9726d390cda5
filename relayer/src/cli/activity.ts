import type { StoreTransaction } from "@keystoneos/store";

/** Who did what, and why, where operators look. Without a settlement it is of no platform. */
export async function logActivity(
  trx: StoreTransaction,
  entry: {
    type: string;
    description: string;
    actor: string;
    resource: { type: "chain" | "settlement"; id: string };
    detail: Record<string, unknown>;
  },
): Promise<void> {
  const { type, description, actor, resource, detail } = entry;
  const owner =
    resource.type === "chain"
      ? {}
      : await trx
          .selectFrom("keystone.settlement")
          .select(["platform_id", "environment_id"])
          .where("id", "=", resource.id)
          .executeTakeFirstOrThrow();
  await trx
    .insertInto("keystone.activity_log")
    .values({
      ...owner,
      type,
      category: "admin",
      severity: "warning",
      description,
      actor_type: "system",
      actor_id: actor,
      resource_type: resource.type,
      resource_id: resource.id,
      detail: JSON.stringify(detail),
    })
    .execute();
}
