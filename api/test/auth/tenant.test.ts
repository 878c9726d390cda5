import { expect } from "chai";
import { addEnvironment, createTenant, createToken } from "../support/tenants.ts";
import { useWorld } from "../support/world.ts";

describe("the tenant of a token", () => {
  const world = useWorld();
  const read = (token: string) => world().call("GET", "/v1/instructions", { token });

  it("is bound by azp, else by client_id", async () => {
    const { clientId } = await createTenant(world());
    const byClientId = { azp: undefined, client_id: clientId };
    expect((await read(await createToken(world(), { claims: byClientId }))).status).to.equal(200);
    const both = { azp: "client-of-nobody", client_id: clientId };
    expect((await read(await createToken(world(), { claims: both }))).body.code).to.equal("environment_unknown");
  });

  const UNBOUND: [string, Record<string, unknown>][] = [
    ["no client", { azp: undefined }],
    ["an unknown client", { azp: "client-of-nobody" }],
    ["a client that is no text", { azp: { $ne: null } }],
    ["an organization only", { azp: undefined, org_id: "org_1" }],
  ];
  for (const [name, claims] of UNBOUND) {
    it(`is none with ${name}`, async () => {
      const { status, body } = await read(await createToken(world(), { claims }));
      expect(status).to.equal(403);
      expect(body.code).to.equal("environment_unknown");
    });
  }

  it("must be active, and is again when it is", async () => {
    const { environmentId, token } = await createTenant(world());
    const activate = (is_active: boolean) =>
      world().db.updateTable("keystone.environment").set({ is_active }).where("id", "=", environmentId).execute();
    await activate(false);
    const { status, body } = await read(token);
    expect(status).to.equal(403);
    expect(body.code).to.equal("environment_inactive");
    await activate(true);
    expect((await read(token)).status).to.equal(200);
  });

  it("is one environment, not its platform", async () => {
    const { platformId } = await createTenant(world());
    const [a, b] = [await addEnvironment(world(), platformId), await addEnvironment(world(), platformId)];
    const token = await createToken(world(), { clientId: a.clientId });
    await world().call("GET", "/v1/instructions", { token });
    expect(a.environmentId).to.not.equal(b.environmentId);
    expect((await read(await createToken(world(), { clientId: b.clientId }))).body.total).to.equal(0);
  });
});
