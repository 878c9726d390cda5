import { expect } from "chai";
import { parseBlock } from "../../src/addresses.ts";
import { allowIp } from "../support/allowed-ips.ts";
import { sellOpen } from "../support/instructions.ts";
import { createTenant, createUserToken } from "../support/tenants.ts";
import { useWorld } from "../support/world.ts";

describe("the IP allowlist", () => {
  const world = useWorld();
  const path = (environmentId: string) => `/v1/platforms/me/environments/${environmentId}/allowed-ips`;
  const manager = async (orgId: string) => ({
    token: await createUserToken(world(), { orgId, permissions: ["platform:environments:manage", "platform:read"] }),
  });

  it("is open while empty, restricts at the first entry, and opens when the last is gone", async () => {
    const tenant = await createTenant(world());
    const by = await manager(tenant.orgId);
    const status = async () => (await world().call("GET", "/v1/instructions", { token: tenant.token })).status;
    expect(await status()).to.equal(200);
    const add = (cidr: string) => world().call("POST", path(tenant.environmentId), { ...by, json: { cidr } });
    const away = (await add("2001:db8::/32")).body;
    expect(await status()).to.equal(403);
    const here = (await add("127.0.0.1")).body;
    expect(await status()).to.equal(200);
    const remove = ({ id }: { id: string }) => world().call("DELETE", `${path(tenant.environmentId)}/${id}`, by);
    await remove(here);
    expect(await status()).to.equal(403);
    await remove(away);
    expect(await status()).to.equal(200);
  });

  it("is each environment's own", async () => {
    const [one, other] = [await createTenant(world()), await createTenant(world())];
    await allowIp(world(), one, "192.0.2.0/24");
    expect((await world().call("GET", "/v1/instructions", { token: one.token })).body.code).to.equal("ip_not_allowed");
    expect((await world().call("GET", "/v1/instructions", { token: other.token })).status).to.equal(200);
  });

  it("counts the address that trusted proxies tell, in the activity log too, and nobody else's word", async () => {
    const tenant = await createTenant(world());
    await allowIp(world(), tenant, "198.51.100.0/24");
    const headers = { "x-forwarded-for": "203.0.113.5, 198.51.100.7" };
    const call = { token: tenant.token, headers };
    expect((await world().call("GET", "/v1/instructions", call)).body.code).to.equal("ip_not_allowed");
    const settings = { ...world().deps.settings, trustedProxies: [parseBlock("127.0.0.1")] };
    const behind = await world().serve({ settings });
    const made = await behind.call("POST", "/v1/instructions", { ...call, json: sellOpen() });
    expect(made.status).to.equal(201);
    const row = await world()
      .db.selectFrom("keystone.activity_log")
      .select("ip_address")
      .where("resource_id", "=", made.body.id)
      .executeTakeFirstOrThrow();
    expect(row.ip_address).to.equal("198.51.100.7");
    const forged = { token: tenant.token, headers: { "x-forwarded-for": "198.51.100.7, 203.0.113.5" } };
    expect((await behind.call("GET", "/v1/instructions", forged)).body.code).to.equal("ip_not_allowed");
  });
});
