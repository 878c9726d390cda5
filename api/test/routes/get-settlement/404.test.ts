import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { addEnvironment, createTenant, createToken } from "../../support/tenants.ts";
import { matchTrade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/settlements/{settlement_id} 404", () => {
  const world = useWorld();

  it("tells another tenant's settlement, an unknown one and nonsense in the same words, on every path below it", async () => {
    const { settlementId, seller } = await matchTrade(world());
    const sibling = await addEnvironment(world(), seller.platformId);
    const tokens = [(await createTenant(world())).token, await createToken(world(), { clientId: sibling.clientId })];
    for (const token of tokens) {
      for (const id of [settlementId, randomUUID(), "nonsense", "..%2f"]) {
        for (const rest of ["", "/events", "/legs/0/deposit-info"]) {
          const { status, body } = await world().call("GET", `/v1/settlements/${id}${rest}`, { token });
          expect(status).to.equal(404);
          const { request_id: _, ...told } = body;
          expect(told).to.deep.equal({ detail: "Settlement not found", code: "not_found" });
        }
      }
    }
  });
});
