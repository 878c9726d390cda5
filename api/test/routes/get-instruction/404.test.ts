import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { addEnvironment, createTenant, createToken } from "../../support/tenants.ts";
import { matchTrade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/instructions/{instruction_id} 404", () => {
  const world = useWorld();

  it("tells the other side's, another environment's, an unknown one and nonsense in the same words", async () => {
    const { seller, sellerInstruction, buyer } = await matchTrade(world());
    const sibling = await addEnvironment(world(), seller.platformId);
    const tokens = [
      buyer.token,
      (await createTenant(world())).token,
      await createToken(world(), { clientId: sibling.clientId }),
    ];
    for (const token of tokens) {
      for (const id of [sellerInstruction.id, randomUUID(), "nonsense"]) {
        const { status, body } = await world().call("GET", `/v1/instructions/${id}`, { token });
        expect(status).to.equal(404);
        const { request_id: _, ...told } = body;
        expect(told).to.deep.equal({ detail: "Instruction not found", code: "not_found" });
      }
    }
  });
});
