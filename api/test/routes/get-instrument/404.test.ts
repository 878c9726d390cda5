import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { HOME } from "../../support/deployment.ts";
import { createTenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/instruments/{instrument_id} 404", () => {
  const world = useWorld();

  it("tells another environment's, an unknown one and nonsense in the same words", async () => {
    const [owner, stranger] = [await createTenant(world()), await createTenant(world())];
    const { id } = await world()
      .db.insertInto("keystone.instrument")
      .values({
        environment_id: owner.environmentId,
        alias: "OWN",
        alias_type: "custom",
        chain_id: BigInt(HOME),
        token_address: `0x${"f".repeat(40)}`,
        token_standard: "ERC-20",
        decimals: 2,
        leg_type: null,
        name: null,
      })
      .returning("id")
      .executeTakeFirstOrThrow();
    expect((await world().call("GET", `/v1/instruments/${id}`, { token: owner.token })).status).to.equal(200);
    for (const wrong of [id, randomUUID(), "OWN"]) {
      const { status, body } = await world().call("GET", `/v1/instruments/${wrong}`, { token: stranger.token });
      expect(status).to.equal(404);
      const { request_id: _, ...told } = body;
      expect(told).to.deep.equal({ detail: "Instrument not found", code: "not_found" });
    }
  });
});
