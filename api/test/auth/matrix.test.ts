import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { createTenant, createToken, type Tenant } from "../support/tenants.ts";
import { useWorld } from "../support/world.ts";

interface Operation {
  security?: { bearer: string[] }[];
}

const { paths } = JSON.parse(readFileSync(new URL("../../openapi.json", import.meta.url), "utf8")) as {
  paths: Record<string, Record<string, Operation>>;
};
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);
const secured = operations.filter(({ operation }) => operation.security !== undefined);
const concrete = (path: string) => path.replace("{leg_index}", "0").replace(/\{[^}]+\}/g, randomUUID());

describe("every operation", () => {
  const world = useWorld();
  let tenant: Tenant;
  before(async () => {
    tenant = await createTenant(world());
  });

  it("under /v1 needs a token, except the status", () => {
    const open = operations.filter(({ operation }) => operation.security === undefined).map(({ path }) => path);
    expect(open).to.have.members(["/v1/status", "/graphql", "/health", "/ready"]);
    expect(secured).to.have.length(24);
  });

  for (const { method, path, operation } of secured) {
    const rights = operation.security?.[0]?.bearer ?? [];

    it(`${method} ${path} asks for a token`, async () => {
      const { status, body } = await world().call(method, concrete(path));
      expect(status).to.equal(401);
      expect(body.code).to.equal("token_missing");
    });

    it(`${method} ${path} asks for ${rights.join(" or ")}`, async () => {
      const scope = "platform:read webhooks:read settlements templates settlements:readwrite";
      const token = await createToken(world(), { clientId: tenant.clientId, scope });
      const { status, body } = await world().call(method, concrete(path), { token });
      expect(status).to.equal(403);
      expect(body.code).to.equal("insufficient_scope");
      expect([body.context.required].flat()).to.deep.equal(rights);
    });

    for (const right of rights) {
      it(`${method} ${path} is satisfied by ${right}`, async () => {
        const token = await createToken(world(), { clientId: tenant.clientId, scope: right });
        const { status } = await world().call(method, concrete(path), { token });
        expect([200, 404, 415]).to.include(status);
      });
    }
  }

  it("knows that reading settlements implies reading instructions, and writing implies writing", async () => {
    const token = (scope: string) => createToken(world(), { clientId: tenant.clientId, scope });
    const list = async (scope: string) =>
      (await world().call("GET", "/v1/instructions", { token: await token(scope) })).status;
    const create = async (scope: string) =>
      (await world().call("POST", "/v1/instructions", { token: await token(scope), json: {} })).status;
    expect(await list("settlements:read")).to.equal(200);
    expect(await list("settlements:write")).to.equal(403);
    expect(await create("settlements:write")).to.equal(422);
    expect(await create("settlements:read")).to.equal(403);
  });
});
