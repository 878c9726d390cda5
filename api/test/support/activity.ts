import type { World } from "./world.ts";

/** What the log has of a resource, oldest first. */
export function activityOf({ db }: Pick<World, "db">, resourceId: string) {
  return db
    .selectFrom("keystone.activity_log")
    .selectAll()
    .where("resource_id", "=", resourceId)
    .orderBy("created_at")
    .orderBy("type")
    .execute();
}
