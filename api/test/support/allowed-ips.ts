import type { Tenant } from "./tenants.ts";
import type { World } from "./world.ts";

/** Lets machine tokens of the tenant come from the block only, or from it too. */
export async function allowIp(
  { db }: Pick<World, "db">,
  { environmentId }: Tenant,
  cidr: string,
  created_at = new Date(),
): Promise<void> {
  await db
    .insertInto("keystone.allowed_ip")
    .values({ environment_id: environmentId, cidr, description: null, created_by: "user|test", created_at })
    .execute();
}
