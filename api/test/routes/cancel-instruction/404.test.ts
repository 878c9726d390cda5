import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { sell } from "../../support/instructions.ts";
import { createTenant } from "../../support/tenants.ts";
import { submit } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/instructions/{instruction_id}/cancel 404", () => {
  const world = useWorld();

  it("tells another tenant's instruction, an unknown one and nonsense in the same words", async () => {
    const [owner, stranger] = [await createTenant(world()), await createTenant(world())];
    const { body: foreign } = await submit(world(), owner, sell());
    for (const id of [foreign.id, randomUUID(), "nonsense", "%00"]) {
      const path = `/v1/instructions/${id}/cancel`;
      const { status, body } = await world().call("POST", path, { token: stranger.token });
      expect(status).to.equal(404);
      const { request_id: _, ...told } = body;
      expect(told).to.deep.equal({ detail: "Instruction not found", code: "not_found" });
    }
    const untouched = await world().call("GET", `/v1/instructions/${foreign.id}`, { token: owner.token });
    expect(untouched.body).to.deep.equal(foreign);
  });
});
