import { expect } from "chai";
import { sell } from "../../support/instructions.ts";
import { createTenant } from "../../support/tenants.ts";
import { matchTrade, submit } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/instructions/{instruction_id}/cancel 409", () => {
  const world = useWorld();
  const refusal = { code: "instruction_not_cancellable", detail: "Instruction is not cancellable" };

  it("refuses what has matched", async () => {
    const { seller, sellerInstruction } = await matchTrade(world());
    const path = `/v1/instructions/${sellerInstruction.id}/cancel`;
    const { status, body } = await world().call("POST", path, { token: seller.token });
    expect(status).to.equal(409);
    expect(body).to.deep.include(refusal);
  });

  it("refuses what is cancelled already, and what has expired", async () => {
    const tenant = await createTenant(world());
    const cancelled = await submit(world(), tenant, sell());
    const path = `/v1/instructions/${cancelled.body.id}/cancel`;
    await world().call("POST", path, { token: tenant.token });
    expect((await world().call("POST", path, { token: tenant.token })).body).to.deep.include(refusal);
    const expired = await submit(world(), tenant, sell());
    await world()
      .db.updateTable("keystone.instruction")
      .set({ expires_at: new Date(Date.now() - 1) })
      .where("id", "=", expired.body.id)
      .execute();
    const late = await world().call("POST", `/v1/instructions/${expired.body.id}/cancel`, { token: tenant.token });
    expect(late.status).to.equal(409);
    expect(late.body).to.deep.include(refusal);
  });
});
