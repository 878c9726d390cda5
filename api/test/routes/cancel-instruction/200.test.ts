import { expect } from "chai";
import { buy, sell } from "../../support/instructions.ts";
import { createTenant } from "../../support/tenants.ts";
import { submit } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/instructions/{instruction_id}/cancel 200", () => {
  const world = useWorld();

  it("takes an instruction back, so that it never matches, and records who did it", async () => {
    const [seller, buyer] = [await createTenant(world()), await createTenant(world())];
    const { body: first } = await submit(world(), seller, sell());
    const { status, body } = await world().call("POST", `/v1/instructions/${first.id}/cancel`, { token: seller.token });
    expect(status).to.equal(200);
    expect(body).to.deep.equal({ ...first, status: "cancelled", updated_at: body.updated_at });
    const second = await submit(world(), buyer, buy({ trade_reference: first.trade_reference }));
    expect(second.body).to.deep.include({ status: "pending_match", match_failure: null });
    const activity = await world()
      .db.selectFrom("keystone.activity_log")
      .select(["actor_id", "resource_id", "status_code"])
      .where("environment_id", "=", seller.environmentId)
      .where("type", "=", "instruction.cancelled")
      .execute();
    expect(activity).to.deep.equal([{ actor_id: seller.clientId, resource_id: first.id, status_code: 200 }]);
  });

  it("takes an empty JSON object as body too", async () => {
    const tenant = await createTenant(world());
    const { body } = await submit(world(), tenant, sell());
    const path = `/v1/instructions/${body.id}/cancel`;
    expect((await world().call("POST", path, { token: tenant.token, json: {} })).status).to.equal(200);
  });
});
