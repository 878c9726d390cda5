import { readFileSync } from "node:fs";
import { connect } from "@keystoneos/store";
import { expect } from "chai";
import { freePort } from "../../../../devnet/src/ports.ts";
import { createTokenVerifier } from "../../../src/auth/verify-token.ts";
import { openApiDocument } from "../../../src/openapi.ts";
import { createTenant } from "../../support/tenants.ts";
import { oidcOf, useWorld } from "../../support/world.ts";

describe("operations", () => {
  const world = useWorld();

  it("GET /health says that the process lives, whatever else does not", async () => {
    const db = connect({ databaseUrl: `postgres://nobody@127.0.0.1:${await freePort()}/none` });
    const { call } = await world().serve({ db });
    const { status, body } = await call("GET", "/health");
    expect(status).to.equal(200);
    expect(body).to.deep.equal({ status: "ok" });
    await db.destroy();
  });

  it("GET /ready 200 when everything answers", async () => {
    const { status, body } = await world().call("GET", "/ready");
    expect(status).to.equal(200);
    expect(body).to.deep.equal({ status: "ready", unavailable: [] });
  });

  it("GET /ready 503 names what does not answer", async () => {
    const nowhere = await freePort();
    const noDatabase = connect({ databaseUrl: `postgres://nobody@127.0.0.1:${nowhere}/none` });
    const noViews = connect({ databaseUrl: world().databaseUrl, indexerSchema: "not_there" });
    const noKeys = createTokenVerifier({ ...oidcOf(world().issuer), jwksUrl: `http://127.0.0.1:${nowhere}/jwks` });
    const cases = [
      [{ db: noDatabase }, ["database", "indexer"]],
      [{ db: noViews }, ["indexer"]],
      [{ tokens: noKeys }, ["jwks"]],
      [{ db: noViews, tokens: noKeys }, ["indexer", "jwks"]],
    ] as const;
    for (const [changes, unavailable] of cases) {
      const { call } = await world().serve(changes);
      const { status, body } = await call("GET", "/ready");
      expect(status).to.equal(503);
      expect(body).to.deep.equal({ status: "unavailable", unavailable });
    }
    await Promise.all([noDatabase.destroy(), noViews.destroy()]);
  });

  it("GET /openapi.json serves the document that is checked in, and the code gives the same", async () => {
    const served = await (await fetch(`${world().origin}/openapi.json`)).json();
    const checkedIn = JSON.parse(readFileSync(new URL("../../../openapi.json", import.meta.url), "utf8"));
    expect(served).to.deep.equal(checkedIn);
    expect(JSON.parse(JSON.stringify(openApiDocument()))).to.deep.equal(checkedIn);
    expect(checkedIn.openapi).to.equal("3.1.0");
  });

  it("404 for paths that are none, and 405 with what is allowed", async () => {
    const { token } = await createTenant(world());
    for (const path of ["/", "/v1", "/v2/instructions", "/v1/instructions/", "/v1/settlements/a/b", "/v1/%2e%2e/x"]) {
      const { status, body, headers } = await world().call("GET", path, { token });
      expect(status).to.equal(404);
      expect(body).to.deep.include({ code: "not_found", detail: "Route not found" });
      expect(headers.has("x-ratelimit-remaining"), path).to.equal(
        new URL(path, world().origin).pathname.startsWith("/v1/"),
      );
    }
    const methods: [string, string, string][] = [
      ["DELETE", "/v1/instructions", "POST, GET"],
      ["PUT", "/v1/instructions/abc", "GET"],
      ["GET", "/v1/instructions/abc/cancel", "POST"],
      ["DELETE", "/v1/settlements", "POST, GET"],
      ["POST", "/v1/status", "GET"],
    ];
    for (const [method, path, allow] of methods) {
      const { status, body, headers } = await world().call(method, path, { token });
      expect(status).to.equal(405);
      expect(body.code).to.equal("method_not_allowed");
      expect(headers.get("allow")).to.equal(allow);
      expect(headers.get("x-ratelimit-remaining")).to.match(/^[0-9]+$/);
    }
  });

  it("echoes a proper request id and makes one otherwise", async () => {
    const id = async (given: string) =>
      (await world().call("GET", "/health", { headers: { "x-request-id": given } })).headers.get("x-request-id");
    expect(await id("order-1_2.3")).to.equal("order-1_2.3");
    expect(await id("a".repeat(128))).to.equal("a".repeat(128));
    for (const wrong of ["a".repeat(129), "a b", "a/b", "<script>"]) {
      expect(await id(wrong)).to.match(/^[0-9a-f-]{36}$/);
    }
    const refused = await world().call("GET", "/v1/settlements", { headers: { "x-request-id": "mine" } });
    expect(refused.body.request_id).to.equal("mine");
  });

  it("names the version it answers in", async () => {
    const { headers } = await world().call("GET", "/v1/status", { headers: { "keystone-version": "0.1.0" } });
    expect(headers.get("keystone-version")).to.equal("0.1.0");
    const wrong = await world().call("GET", "/v1/status", { headers: { "keystone-version": "1" } });
    expect(wrong.status).to.equal(400);
    expect(wrong.body).to.deep.include({
      code: "unknown_api_version",
      context: { loc: ["header", "keystone-version"] },
    });
  });

  it("logs a line per request, without query or headers", async () => {
    const { token } = await createTenant(world());
    const id = crypto.randomUUID();
    const query = "?trade_reference=confidential-deal";
    await world().call("GET", `/v1/instructions${query}`, { token, headers: { "x-request-id": id } });
    const line = world()
      .logged.map((each) => JSON.parse(each))
      .find(({ request_id }) => request_id === id);
    expect(line).to.deep.include({ method: "GET", path: "/v1/instructions", status: 200, msg: "request" });
    expect(line.environment_id).to.be.a("string");
    expect(world().logged.join("")).to.not.include("confidential-deal").and.not.include(token);
  });

  it("answers what it did not expect with a code and nothing else, and logs the rest", async () => {
    const tokens = {
      ...world().deps.tokens,
      verify: () => Promise.reject(new Error("password=hunter2")),
    };
    const { call } = await world().serve({ tokens });
    const { status, body } = await call("GET", "/v1/settlements", { token: "x" });
    expect(status).to.equal(500);
    expect(body.code).to.equal("internal_error");
    expect(JSON.stringify(body)).to.not.include("hunter2");
    expect(world().logged.some((line) => line.includes("hunter2") && line.includes(body.request_id))).to.equal(true);
  });
});
