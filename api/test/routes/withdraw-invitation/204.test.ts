import { expect } from "chai";
import { activityOf } from "../../support/activity.ts";
import { managerToken } from "../../support/members.ts";
import { createTenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

const PATH = "/v1/platforms/me/invitations";

describe("DELETE /v1/platforms/me/invitations/{invitation_id}", () => {
  const world = useWorld();

  it("204 ends the link, once however many ask at once, logs it, and the address may be invited again", async () => {
    const token = await managerToken(world(), await createTenant(world()));
    const json = { email: "ada@example.com" };
    const { id, invitation_url } = (await world().call("POST", PATH, { token, json })).body;
    const answers = await Promise.all([1, 2, 3].map(() => world().call("DELETE", `${PATH}/${id}`, { token })));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([204, 404, 404]);
    expect((await fetch(invitation_url, { method: "POST" })).status).to.equal(404);
    const rows = await activityOf(world(), id);
    expect(rows.map(({ type, category }) => [type, category])).to.deep.equal([
      ["invitation.created", "member"],
      ["invitation.deleted", "member"],
    ]);
    expect((await world().call("POST", PATH, { token, json })).status).to.equal(201);
  });

  it("404 for another platform's, which stays good, and for nonsense", async () => {
    const [mine, theirs] = [await createTenant(world()), await createTenant(world())];
    const token = await managerToken(world(), mine);
    const json = { email: "ada@example.com" };
    const foreign = (await world().call("POST", PATH, { token: await managerToken(world(), theirs), json })).body;
    for (const id of [foreign.id, "nonsense", "a%2Fb", "%00", "%FF"]) {
      const { status, body } = await world().call("DELETE", `${PATH}/${id}`, { token });
      expect({ status, detail: body.detail }, id).to.deep.equal({ status: 404, detail: "Invitation not found" });
    }
    await world().local.accept(foreign.invitation_url);
  });
});
