import { expect } from "chai";
import { createTenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("DELETE /v1/sessions/{session_id}", () => {
  const world = useWorld();

  it("204 ends the session at once, for every copy of the API; again is 204 and nothing more", async () => {
    const tenant = await createTenant(world());
    const { token } = tenant;
    const json = { scopes: ["templates:read"] };
    const { body } = await world().call("POST", "/v1/sessions", { token, json });
    const other = await world().serve({});
    const read = () => other.call("GET", "/v1/settlement-templates", { token: body.session_token });
    expect((await read()).status).to.equal(200);
    for (let i = 0; i < 2; i++) {
      expect((await world().call("DELETE", `/v1/sessions/${body.id}`, { token })).status).to.equal(204);
    }
    const refused = await read();
    expect([refused.status, refused.body.code]).to.deep.equal([401, "session_revoked"]);
    expect(refused.headers.get("www-authenticate")).to.equal("Bearer");
    const rows = await world()
      .db.selectFrom("keystone.activity_log")
      .select("type")
      .where("resource_id", "=", body.id)
      .where("type", "=", "session.revoked")
      .execute();
    expect(rows).to.have.length(1);
  });

  it("404 for another environment's, an unknown one and nonsense, which all stay", async () => {
    const [owner, stranger] = [await createTenant(world()), await createTenant(world())];
    const json = { scopes: ["templates:read"] };
    const { body } = await world().call("POST", "/v1/sessions", { token: owner.token, json });
    for (const id of [body.id, crypto.randomUUID(), "none"]) {
      const { status, body } = await world().call("DELETE", `/v1/sessions/${id}`, { token: stranger.token });
      expect(status).to.equal(404);
      expect({ ...body, request_id: "" }).to.deep.equal({
        detail: "Session not found",
        code: "not_found",
        request_id: "",
      });
    }
    const read = await world().call("GET", "/v1/settlement-templates", { token: body.session_token });
    expect(read.status).to.equal(200);
  });
});
