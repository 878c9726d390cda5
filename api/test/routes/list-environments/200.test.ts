import { expect } from "chai";
import { managerToken } from "../../support/members.ts";
import { addEnvironment, createTenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

const PATH = "/v1/platforms/me/environments";

describe("GET /v1/platforms/me/environments", () => {
  const world = useWorld();

  it("lists all of the platform, active or not, newest first, by offset and by cursor", async () => {
    const [tenant, other] = [await createTenant(world()), await createTenant(world())];
    const second = await addEnvironment(world(), tenant.platformId);
    const third = await addEnvironment(world(), tenant.platformId);
    const { db } = world();
    const ids = [third.environmentId, second.environmentId, tenant.environmentId];
    for (const [age, id] of ids.entries()) {
      const created_at = new Date(1_700_000_000_000 - age);
      const changes = { created_at, is_active: id !== second.environmentId };
      await db.updateTable("keystone.environment").set(changes).where("id", "=", id).execute();
    }
    // A machine's own environment must be active for it to ask.
    for (const token of [tenant.token, await managerToken(world(), tenant)]) {
      const read = async (query: string) => (await world().call("GET", `${PATH}${query}`, { token })).body;
      const shown = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);
      const all = await read("");
      expect(shown(all)).to.deep.equal(ids);
      expect(all).to.include({ total: 3, next_cursor: null });
      expect(shown(await read("?offset=1&limit=1"))).to.deep.equal([second.environmentId]);
      const first = await read("?limit=2");
      expect(shown(await read(`?limit=2&cursor=${first.next_cursor}`))).to.deep.equal([tenant.environmentId]);
      expect((await read("?limit=201")).code).to.equal("validation_error");
      const foreign = await world().call("GET", `${PATH}/${other.environmentId}`, { token });
      expect(foreign.status).to.equal(404);
    }
  });
});
