import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { createTenant, createToken } from "../../support/tenants.ts";
import { matchTrade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/sessions 403 and 404", () => {
  const world = useWorld();
  const count = async () => (await world().db.selectFrom("keystone.session").select("id").execute()).length;

  it("gives no right that the machine itself has not", async () => {
    const { clientId } = await createTenant(world());
    const token = await createToken(world(), { clientId, scope: "settlements:read templates:read" });
    const before = await count();
    const scopes = ["settlements:read", "instructions:read", "settlements:write", "instructions:write"];
    const { status, body } = await world().call("POST", "/v1/sessions", { token, json: { scopes } });
    expect(status).to.equal(403);
    expect(body).to.deep.include({
      code: "insufficient_scope",
      context: { required: ["settlements:write", "instructions:write"], loc: ["body", "scopes"] },
    });
    expect(await count()).to.equal(before);
  });

  it("knows no settlement of another environment, in the words for none", async () => {
    const [own, foreign] = [await matchTrade(world()), await matchTrade(world())];
    const before = await count();
    const json = (id: string) => ({ scopes: ["settlements:read"], settlement_ids: [own.settlementId, id] });
    for (const id of [foreign.settlementId, randomUUID()]) {
      const { status, body } = await world().call("POST", "/v1/sessions", { token: own.seller.token, json: json(id) });
      expect(status).to.equal(404);
      expect({ ...body, request_id: "" }).to.deep.equal({
        detail: "Settlement not found",
        code: "not_found",
        request_id: "",
        context: { loc: ["body", "settlement_ids", 1] },
      });
    }
    expect(await count()).to.equal(before);
  });
});
