import { OpenAPIHono } from "@hono/zod-openapi";
import { expect } from "chai";
import { access } from "../../src/auth/access.ts";
import type { AppEnv } from "../../src/context.ts";
import { renderError } from "../../src/errors/render.ts";
import { authorize } from "../../src/middleware/authorize.ts";
import { sellOpen } from "../support/instructions.ts";
import { addEnvironment, createTenant, createToken, createUserToken } from "../support/tenants.ts";
import { submit } from "../support/trades.ts";
import { useWorld } from "../support/world.ts";

describe("a user", () => {
  const world = useWorld();
  const PERMISSIONS = ["instructions:read", "instructions:write"];

  it("works in the environment that the header names, and is in the activity log by name", async () => {
    const tenant = await createTenant(world());
    const other = await addEnvironment(world(), tenant.platformId);
    const token = await createUserToken(world(), { orgId: tenant.orgId, permissions: PERMISSIONS, userId: "user|ada" });
    const inEnvironment = (slug: string) => ({ token, headers: { "x-keystone-environment": slug } });
    const made = await world().call("POST", "/v1/instructions", {
      ...inEnvironment(tenant.environmentSlug),
      json: sellOpen(),
    });
    expect(made.status).to.equal(201);
    const total = async (slug: string) =>
      (await world().call("GET", "/v1/instructions", inEnvironment(slug))).body.total;
    expect(await total(tenant.environmentSlug)).to.equal(1);
    expect(await total(other.environmentSlug)).to.equal(0);
    const row = await world()
      .db.selectFrom("keystone.activity_log")
      .selectAll()
      .where("resource_id", "=", made.body.id)
      .executeTakeFirstOrThrow();
    expect(row).to.include({ actor_type: "user", actor_id: "user|ada", environment_id: tenant.environmentId });
  });

  it("has no right by scope, and a machine none by permissions", async () => {
    const tenant = await createTenant(world());
    const headers = { "x-keystone-environment": tenant.environmentSlug };
    const scoped = await createUserToken(world(), { orgId: tenant.orgId, claims: { scope: PERMISSIONS.join(" ") } });
    expect((await world().call("GET", "/v1/instructions", { token: scoped, headers })).status).to.equal(403);
    const claims = { permissions: PERMISSIONS };
    const machine = await createToken(world(), { clientId: tenant.clientId, scope: "", claims });
    expect((await world().call("GET", "/v1/instructions", { token: machine })).status).to.equal(403);
  });

  it("is no machine that names an organization", async () => {
    const [tenant, other] = [await createTenant(world()), await createTenant(world())];
    await submit(world(), tenant, sellOpen());
    const marks = [
      { gty: "client-credentials", sub: "auth0|ada" },
      { sub: `${tenant.clientId}@clients` },
      { sub: tenant.clientId },
    ];
    for (const mark of marks) {
      const claims = { ...mark, org_id: other.orgId, permissions: [...PERMISSIONS, "keystone:admin"] };
      const token = await createToken(world(), { clientId: tenant.clientId, scope: "settlements:read", claims });
      const headers = { "x-keystone-environment": other.environmentSlug };
      const { status, body } = await world().call("GET", "/v1/instructions", { token, headers });
      expect(status).to.equal(200);
      expect(body.total).to.equal(1);
    }
  });

  describe("of KeyStone's own", () => {
    /** No route of the document is an admin's yet: the guard by itself, as any such route has it. */
    const ask = async (token: string) => {
      const app = new OpenAPIHono<AppEnv>();
      app.use(async (c, next) => {
        c.set("deps", world().deps);
        c.set("requestId", "r");
        await next();
      });
      app.get("/", authorize(access("admin", ["admin"], "keystone:admin")), (c) => c.json(c.var.adminCaller.actorId));
      app.onError((error, c) => renderError(error, c));
      const response = await app.request("/", { headers: { authorization: `Bearer ${token}` } });
      return { status: response.status, body: await response.json() };
    };

    it("needs no tenant on admin routes", async () => {
      const token = await createUserToken(world(), { permissions: ["keystone:admin"], userId: "operator|1" });
      expect(await ask(token)).to.deep.equal({ status: 200, body: "operator|1" });
    });

    it("is nobody else", async () => {
      const tenant = await createTenant(world());
      const gty = "client-credentials";
      const permissions = ["keystone:admin"];
      const refused = [
        await createUserToken(world(), { orgId: tenant.orgId, permissions: ["platform:write", "keystone:adm"] }),
        await createUserToken(world(), { orgId: tenant.orgId, claims: { permissions: "keystone:admin" } }),
        await createUserToken(world(), { orgId: tenant.orgId, claims: { scope: "keystone:admin" } }),
        await createToken(world(), { clientId: tenant.clientId, scope: "keystone:admin" }),
        await createToken(world(), { clientId: tenant.clientId, claims: { gty, permissions, sub: "auth0|ada" } }),
      ];
      for (const token of refused) {
        const { status, body } = await ask(token);
        expect(status).to.equal(403);
        expect(body).to.deep.include({
          code: "insufficient_scope",
          context: { callers: ["admin"], required: "keystone:admin" },
        });
      }
    });

    it("is bound to a tenant like anyone on every other route", async () => {
      const token = await createUserToken(world(), { permissions: ["keystone:admin", "instructions:read"] });
      const headers = { "x-keystone-environment": "any" };
      const { status, body } = await world().call("GET", "/v1/instructions", { token, headers });
      expect([status, body.code]).to.deep.equal([403, "environment_unknown"]);
    });
  });
});
