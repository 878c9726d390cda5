import { expect } from "chai";
import { managerToken } from "../../support/members.ts";
import { createTenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

const PATH = "/v1/platforms/me/invitations";

describe("GET /v1/platforms/me/invitations", () => {
  const world = useWorld();

  it("lists the pending ones of the platform, newest first, by offset and by cursor", async () => {
    const [tenant, other] = [await createTenant(world()), await createTenant(world())];
    const token = await managerToken(world(), tenant);
    const foreign = await managerToken(world(), other);
    await world().call("POST", PATH, { token: foreign, json: { email: "elsewhere@example.com" } });
    const made = [];
    for (const name of ["a", "b", "c", "d"]) {
      made.push((await world().call("POST", PATH, { token, json: { email: `${name}@example.com` } })).body);
    }
    const [accepted, ...left] = made;
    await world().local.accept(accepted.invitation_url);
    const read = async (query: string) => (await world().call("GET", `${PATH}${query}`, { token })).body;
    const all = await read("");
    expect(all.items).to.deep.equal(left.toReversed());
    expect(all).to.include({ total: 3, next_cursor: null });
    const first = await read("?limit=2");
    expect((await read(`?limit=2&cursor=${first.next_cursor}`)).items).to.deep.equal([left[0]]);
    expect((await read("?offset=1&limit=1")).items).to.deep.equal([left[1]]);
  });
});
