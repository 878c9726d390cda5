import { expect } from "chai";
import { expireInstructions } from "../../src/services/instructions/expire-instructions.ts";
import { sell } from "../support/instructions.ts";
import { createTenant } from "../support/tenants.ts";
import { submit } from "../support/trades.ts";
import { useWorld } from "../support/world.ts";

describe("expireInstructions", () => {
  const world = useWorld();

  it("marks each expired instruction once, with an activity row, however many sweep", async () => {
    const tenant = await createTenant(world());
    const [old, fresh] = [await submit(world(), tenant, sell()), await submit(world(), tenant, sell())];
    const { db } = world();
    await db
      .updateTable("keystone.instruction")
      .set({ expires_at: new Date(Date.now() - 1000) })
      .where("id", "=", old.body.id)
      .execute();
    await Promise.all([expireInstructions(db), expireInstructions(db), expireInstructions(db)]);
    const rows = await db
      .selectFrom("keystone.instruction")
      .select(["id", "status"])
      .where("environment_id", "=", tenant.environmentId)
      .execute();
    expect(rows).to.have.deep.members([
      { id: old.body.id, status: "expired" },
      { id: fresh.body.id, status: "pending_match" },
    ]);
    const activity = await db
      .selectFrom("keystone.activity_log")
      .select(["resource_id", "actor_type"])
      .where("environment_id", "=", tenant.environmentId)
      .where("type", "=", "instruction.expired")
      .execute();
    expect(activity).to.deep.equal([{ resource_id: old.body.id, actor_type: "system" }]);
  });
});
