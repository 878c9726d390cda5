import { expect } from "chai";
import { allowIp } from "../../support/allowed-ips.ts";
import { createTenant, createUserToken } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/platforms/me/environments/{env_id}/allowed-ips", () => {
  const world = useWorld();

  it("lists the environment's own, newest first, by offset and by cursor", async () => {
    const [tenant, other] = [await createTenant(world()), await createTenant(world())];
    const cidrs = ["192.0.2.0/24", "192.0.2.1/32", "2001:db8::/32"];
    for (const [i, cidr] of cidrs.entries()) await allowIp(world(), tenant, cidr, new Date(1_700_000_000_000 + i));
    await allowIp(world(), other, "203.0.113.0/24");
    const token = await createUserToken(world(), { orgId: tenant.orgId, permissions: ["platform:read"] });
    const path = `/v1/platforms/me/environments/${tenant.environmentId}/allowed-ips`;
    const read = async (query: string) => (await world().call("GET", `${path}${query}`, { token })).body;
    const shown = ({ items }: { items: { cidr: string }[] }) => items.map(({ cidr }) => cidr);
    const all = await read("");
    expect(shown(all)).to.deep.equal(cidrs.toReversed());
    expect(all).to.include({ total: 3, next_cursor: null });
    expect(shown(await read("?offset=1&limit=1"))).to.deep.equal(["192.0.2.1/32"]);
    const first = await read("?limit=2");
    expect(shown(await read(`?limit=2&cursor=${first.next_cursor}`))).to.deep.equal(["192.0.2.0/24"]);
    expect((await read("?limit=0")).code).to.equal("validation_error");
  });
});
