import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { allowIp } from "../../support/allowed-ips.ts";
import { addEnvironment, createTenant, createUserToken } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("DELETE /v1/platforms/me/environments/{env_id}/allowed-ips/{entry_id}", () => {
  const world = useWorld();

  it("204 takes an own entry off and logs it; 404 then, and for anybody else's", async () => {
    const [tenant, other] = [await createTenant(world()), await createTenant(world())];
    const sister = await addEnvironment(world(), tenant.platformId);
    for (const each of [tenant, other]) await allowIp(world(), each, "192.0.2.0/24");
    const entryOf = async ({ environmentId }: { environmentId: string }) => {
      const { db } = world();
      return db
        .selectFrom("keystone.allowed_ip")
        .select("id")
        .where("environment_id", "=", environmentId)
        .executeTakeFirst();
    };
    const [own, theirs] = [await entryOf(tenant), await entryOf(other)];
    const token = await createUserToken(world(), {
      orgId: tenant.orgId,
      permissions: ["platform:environments:manage"],
    });
    const remove = (environmentId: string, id?: string) =>
      world().call("DELETE", `/v1/platforms/me/environments/${environmentId}/allowed-ips/${id}`, { token });
    const refused: [string, string | undefined][] = [
      [tenant.environmentId, theirs?.id],
      [tenant.environmentId, randomUUID()],
      [tenant.environmentId, "none"],
      [sister.environmentId, own?.id],
    ];
    for (const [environmentId, id] of refused) {
      expect((await remove(environmentId, id)).body.detail).to.equal("Allowed IP not found");
    }
    expect((await remove(other.environmentId, theirs?.id)).body.detail).to.equal("Environment not found");
    expect((await remove(tenant.environmentId, own?.id)).status).to.equal(204);
    expect((await remove(tenant.environmentId, own?.id)).status).to.equal(404);
    expect(await entryOf(tenant)).to.equal(undefined);
    expect(await entryOf(other)).to.deep.equal(theirs);
    const rows = await world()
      .db.selectFrom("keystone.activity_log")
      .select(["type", "category"])
      .where("resource_id", "=", own?.id as string)
      .execute();
    expect(rows).to.deep.equal([{ type: "allowed_ip.deleted", category: "security" }]);
  });
});
