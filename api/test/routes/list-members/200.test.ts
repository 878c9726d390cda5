import { expect } from "chai";
import { ROLES } from "../../../src/auth/rights.ts";
import { addMember, managerToken } from "../../support/members.ts";
import { createTenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/platforms/me/members", () => {
  const world = useWorld();

  it("lists the platform's own members with their roles, by offset and by cursor", async () => {
    const [tenant, other] = [await createTenant(world()), await createTenant(world())];
    const token = await managerToken(world(), tenant, { permissions: ["platform:read"] });
    const added = [
      await addMember(world(), tenant, ["operator", "viewer"]),
      await addMember(world(), tenant),
      await addMember(world(), tenant, ["platform_manager"]),
    ].sort((a, b) => (a.userId < b.userId ? -1 : 1));
    await addMember(world(), other);
    const read = async (query: string) =>
      (await world().call("GET", `/v1/platforms/me/members${query}`, { token })).body;
    const all = await read("");
    expect(all).to.include({ total: 3, limit: 50, offset: 0, next_cursor: null });
    const ids = added.map(({ userId }) => userId);
    const shown = ({ items }: { items: { user_id: string }[] }) => items.map(({ user_id }) => user_id);
    expect(shown(all)).to.deep.equal(ids);
    expect(all.items.map(({ email }: { email: string }) => email)).to.deep.equal(added.map(({ email }) => email));
    const roles = all.items.flatMap((member: { roles: { name: string }[] }) => member.roles.map(({ name }) => name));
    expect(roles.sort()).to.deep.equal(["operator", "platform_manager", "viewer"]);
    expect(shown(await read("?offset=1&limit=1"))).to.deep.equal([ids[1]]);
    const first = await read("?limit=2");
    expect(shown(first)).to.deep.equal(ids.slice(0, 2));
    const last = await read(`?limit=2&cursor=${first.next_cursor}`);
    expect(shown(last)).to.deep.equal([ids[2]]);
    expect(last).to.include({ total: 3, offset: 2, next_cursor: null });
  });

  it("422 for a cursor that is none, and for one with an offset", async () => {
    const token = await managerToken(world(), await createTenant(world()));
    const foreign = Buffer.from(JSON.stringify(["2026-01-01", "x", 3])).toString("base64url");
    for (const query of ["?cursor=x", `?cursor=${foreign}`, "?cursor=x&offset=1", "?limit=0", "?page=1"]) {
      const { status, body } = await world().call("GET", `/v1/platforms/me/members${query}`, { token });
      expect({ status, code: body.code }, query).to.deep.equal({ status: 422, code: "validation_error" });
    }
  });

  it("GET /v1/platforms/me/roles lists the five roles, and no other of the directory", async () => {
    const { directory } = world().deps;
    const more = { id: "rol_billing", name: "billing", description: null };
    const { call } = await world().serve({
      directory: { ...directory, roles: async () => [more, ...(await directory.roles()).reverse()] },
    });
    const token = await managerToken(world(), await createTenant(world()), { permissions: ["platform:read"] });
    const { body } = await call("GET", "/v1/platforms/me/roles", { token });
    expect(body.items.map(({ name }: { name: string }) => name)).to.deep.equal(ROLES);
    expect(body.items[4]).to.deep.equal({ id: "rol_viewer", name: "viewer", description: "Reads" });
    const page = await call("GET", "/v1/platforms/me/roles?limit=2&offset=3", { token });
    expect(page.body.items.map(({ name }: { name: string }) => name)).to.deep.equal(["developer", "viewer"]);
  });
});
