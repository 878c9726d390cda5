import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { createTenant, createUserToken, type Tenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

describe("POST /v1/platforms/me/environments/{env_id}/allowed-ips", () => {
  const world = useWorld();
  let tenant: Tenant;
  let token: string;
  before(async () => {
    tenant = await createTenant(world());
    const permissions = ["platform:environments:manage"];
    token = await createUserToken(world(), { orgId: tenant.orgId, permissions, userId: "user|grace" });
  });

  const add = (json: unknown, headers: Record<string, string> = {}, of = tenant.environmentId) =>
    world().call("POST", `/v1/platforms/me/environments/${of}/allowed-ips`, { token, json, headers });
  const count = async () =>
    (
      await world()
        .db.selectFrom("keystone.allowed_ip")
        .where("environment_id", "=", tenant.environmentId)
        .selectAll()
        .execute()
    ).length;

  it("201 stores the block in its canonical form, with who added it, and logs it for the environment", async () => {
    const { status, body } = await add({ cidr: "2001:DB8:0:0::/33", description: "office" });
    expect(status).to.equal(201);
    expect(body).to.deep.include({
      environment_id: tenant.environmentId,
      cidr: "2001:db8::/33",
      description: "office",
      created_by: "user|grace",
    });
    const row = await world()
      .db.selectFrom("keystone.activity_log")
      .selectAll()
      .where("resource_id", "=", body.id)
      .executeTakeFirstOrThrow();
    expect(row).to.deep.include({
      type: "allowed_ip.created",
      category: "security",
      actor_type: "user",
      actor_id: "user|grace",
      platform_id: tenant.platformId,
      environment_id: tenant.environmentId,
      detail: { cidr: "2001:db8::/33" },
    });
    expect((await add({ cidr: "192.0.2.1" })).body).to.include({ cidr: "192.0.2.1/32", description: null });
  });

  it("409 for a block that is listed, in whatever form, also when many add it at once", async () => {
    const cidrs = ["198.51.100.1", "198.51.100.1/32", "198.51.100.1", "198.51.100.1/32"];
    const answers = await Promise.all(cidrs.map((cidr) => add({ cidr })));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 409, 409, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body).to.deep.include({ code: "allowed_ip_exists", context: { loc: ["body", "cidr"] } });
  });

  it("200 for the same key and body, one entry however many ask at once; 409 for another body", async () => {
    const headers = { "idempotency-key": randomUUID() };
    const before = await count();
    const answers = await Promise.all([1, 2, 3].map(() => add({ cidr: "198.51.100.2" }, headers)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).to.equal(1);
    const replays = answers.filter(({ status }) => status === 200);
    expect(replays.every(({ headers }) => headers.get("idempotent-replayed") === "true")).to.equal(true);
    expect(await count()).to.equal(before + 1);
    const other = await add({ cidr: "198.51.100.3" }, headers);
    expect(other.status).to.equal(409);
    expect(other.body).to.deep.include({
      code: "idempotency_key_reused",
      context: { existing_id: answers[0]?.body.id },
    });
  });

  it("a refused request leaves its key free", async () => {
    const headers = { "idempotency-key": randomUUID() };
    expect((await add({ cidr: "198.51.100.1" }, headers)).body.code).to.equal("allowed_ip_exists");
    expect((await add({ cidr: "198.51.100.4" }, headers)).status).to.equal(201);
  });

  it("404 for another platform's environment, an unknown one and nonsense", async () => {
    const stranger = await createTenant(world());
    for (const id of [stranger.environmentId, randomUUID(), "me"]) {
      const { status, body } = await add({ cidr: "192.0.2.0/24" }, {}, id);
      expect(status).to.equal(404);
      expect({ ...body, request_id: "" }).to.deep.equal({
        detail: "Environment not found",
        code: "not_found",
        request_id: "",
      });
    }
  });

  const WRONG: [string, unknown, string, string][] = [
    ["no block", {}, "cidr", "missing"],
    ["host bits", { cidr: "192.0.2.1/24" }, "cidr", "cidr_parsing"],
    ["a name", { cidr: "example.org" }, "cidr", "cidr_parsing"],
    ["a number", { cidr: 1 }, "cidr", "string_type"],
    ["a long description", { cidr: "192.0.2.0/24", description: "x".repeat(501) }, "description", "string_too_long"],
    ["another field", { cidr: "192.0.2.0/24", comment: "x" }, "comment", "extra_forbidden"],
  ];
  for (const [name, json, field, type] of WRONG) {
    it(`422 for ${name}`, async () => {
      const { status, body } = await add(json);
      expect(status).to.equal(422);
      expect(body.detail).to.have.length(1);
      expect(body.detail[0]).to.deep.include({ loc: ["body", field], type });
    });
  }

  it("422 for a key that is none", async () => {
    const { status, body } = await add({ cidr: "192.0.2.0/24" }, { "idempotency-key": "x".repeat(256) });
    expect(status).to.equal(422);
    expect(body.detail[0].loc).to.deep.equal(["header", "idempotency-key"]);
  });
});
