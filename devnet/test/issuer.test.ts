import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { readIssuerConfig } from "../src/issuer/config.ts";
import { failure } from "./support/error.ts";
import { temporaryFolder } from "./support/folder.ts";
import { ADMIN, startIssuer, type TestIssuer } from "./support/issuer.ts";

const AUDIENCE = "https://api.keystoneos.xyz";

describe("the local issuer", function () {
  this.timeout(60_000);
  const { dir, remove } = temporaryFolder();
  let issuer: string;
  let running: TestIssuer;
  let client: { client_id: string; client_secret: string };

  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${issuer}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Record<string, unknown>,
    };
  };
  const request = (changes: Record<string, unknown> = {}) => ({
    grant_type: "client_credentials",
    ...client,
    audience: AUDIENCE,
    ...changes,
  });

  before(async () => {
    running = await startIssuer(dir);
    issuer = running.url;
    const created = await post("clients", { name: "Northwind Custody" }, { authorization: `Bearer ${ADMIN}` });
    expect(created.status).to.equal(201);
    client = created.body as typeof client;
  });
  after(async () => {
    await running.stop();
    remove();
  });

  it("says in its discovery document where everything is", async () => {
    const document = (await (await fetch(`${issuer}.well-known/openid-configuration`)).json()) as Record<
      string,
      string | string[]
    >;
    expect(document.issuer).to.equal(issuer);
    expect(document.authorization_endpoint).to.equal(`${issuer}authorize`);
    expect(document.code_challenge_methods_supported).to.deep.equal(["S256"]);
    expect(document.token_endpoint).to.equal(`${issuer}oauth/token`);
    expect(document.jwks_uri).to.equal(`${issuer}.well-known/jwks.json`);
  });

  it("issues RS256 tokens that its published keys verify, for a day", async () => {
    const { status, headers, body } = await post("oauth/token", request());
    expect(status).to.equal(200);
    expect(headers.get("cache-control")).to.equal("no-store");
    expect(body).to.include({ token_type: "Bearer", expires_in: 86_400 });
    const token = body.access_token as string;
    const keys = createRemoteJWKSet(new URL(`${issuer}.well-known/jwks.json`));
    const { payload } = await jwtVerify(token, keys, { issuer, audience: AUDIENCE, algorithms: ["RS256"] });
    expect(payload.azp).to.equal(client.client_id);
    expect(payload.sub).to.equal(`${client.client_id}@clients`);
    expect((payload.exp as number) - (payload.iat as number)).to.equal(86_400);
    expect(payload.scope).to.equal(
      "settlements:read settlements:write templates:read platform:read platform:webhooks:manage",
    );
    expect(decodeProtectedHeader(token).alg).to.equal("RS256");
  });

  it("publishes no private part of its key, and keeps it where only its owner reads", async () => {
    const { keys } = (await (await fetch(`${issuer}.well-known/jwks.json`)).json()) as {
      keys: Record<string, string>[];
    };
    expect(Object.keys(keys[0] as object).sort()).to.deep.equal(["alg", "e", "kid", "kty", "n", "use"]);
    expect(statSync(join(dir, "issuer", "key.json")).mode & 0o777).to.equal(0o600);
    expect(statSync(join(dir, "issuer", "clients.json")).mode & 0o777).to.equal(0o600);
  });

  it("takes the form encoding too, and narrows the scope when asked", async () => {
    const form = new URLSearchParams(request({ scope: "settlements:read" }) as Record<string, string>);
    const response = await fetch(`${issuer}oauth/token`, { method: "POST", body: form });
    expect(response.status).to.equal(200);
    expect(((await response.json()) as { scope: string }).scope).to.equal("settlements:read");
  });

  it("keeps secrets only as hashes", () => {
    const stored = readFileSync(join(dir, "issuer", "clients.json"), "utf8");
    expect(stored).to.include(client.client_id);
    expect(stored).to.not.include(client.client_secret);
  });

  for (const [name, changes, status, error] of [
    ["a wrong secret", { client_secret: "wrong" }, 401, "invalid_client"],
    ["an unknown client", { client_id: "nobody" }, 401, "invalid_client"],
    ["another audience", { audience: "https://elsewhere.example" }, 400, "invalid_target"],
    ["a scope the client was not given", { scope: "settlements:read keystone:admin" }, 400, "invalid_scope"],
    ["another grant", { grant_type: "password" }, 400, "unsupported_grant_type"],
    ["a missing secret", { client_secret: undefined }, 400, "invalid_request"],
  ] as const) {
    it(`refuses ${name} as OAuth does: ${error}`, async () => {
      const { status: actual, body } = await post("oauth/token", request(changes));
      expect(actual).to.equal(status);
      expect(body.error).to.equal(error);
      expect(body.error_description).to.be.a("string");
      expect(body).to.not.have.property("access_token");
    });
  }

  it("refuses a body that is no request at all", async () => {
    const response = await fetch(`${issuer}oauth/token`, { method: "POST", body: "{" });
    expect(response.status).to.equal(400);
    expect(((await response.json()) as { error: string }).error).to.equal("invalid_request");
  });

  it("creates clients for nobody but its administrator", async () => {
    const before = readFileSync(join(dir, "issuer", "clients.json"), "utf8");
    for (const authorization of ["", "Bearer", "Bearer wrong", ADMIN, `Basic ${ADMIN}`, `Bearer ${ADMIN.slice(1)}`]) {
      const { status, body } = await post("clients", { name: "Mallory" }, { authorization });
      expect(status, authorization).to.equal(401);
      expect(body.error).to.equal("invalid_token");
    }
    const { status } = await post("clients", { name: "" }, { authorization: `Bearer ${ADMIN}` });
    expect(status).to.equal(400);
    expect(readFileSync(join(dir, "issuer", "clients.json"), "utf8")).to.equal(before);
  });

  it("issues tokens of users to its administrator alone, with organization and permissions", async () => {
    const user = { user_id: "user|ada", org_id: "org_local_northwind", permissions: ["platform:write"] };
    for (const authorization of ["", "Bearer wrong", `Bearer ${client.client_secret}`]) {
      const refused = await post("user-tokens", user, { authorization });
      expect(refused.status).to.equal(401);
      expect(refused.body).to.not.have.property("access_token");
    }
    const authorization = `Bearer ${ADMIN}`;
    const { status, headers, body } = await post("user-tokens", user, { authorization });
    expect(status).to.equal(201);
    expect(headers.get("cache-control")).to.equal("no-store");
    const keys = createRemoteJWKSet(new URL(`${issuer}.well-known/jwks.json`));
    const options = { issuer, audience: AUDIENCE, algorithms: ["RS256"] };
    const { payload } = await jwtVerify(body.access_token as string, keys, options);
    expect(payload).to.deep.include({
      sub: "user|ada",
      org_id: "org_local_northwind",
      permissions: ["platform:write"],
    });
    expect(payload).to.not.have.any.keys("gty", "scope");
    const operator = { user_id: "operator|1", permissions: ["keystone:admin"] };
    const { access_token } = (await post("user-tokens", operator, { authorization })).body;
    expect((await jwtVerify(access_token as string, keys, options)).payload).to.not.have.property("org_id");
    for (const wrong of [
      { permissions: [] },
      { ...user, user_id: "" },
      { ...user, permissions: "all" },
      { ...user, x: 1 },
    ]) {
      const { status, body } = await post("user-tokens", wrong, { authorization });
      expect([status, body.error]).to.deep.equal([400, "invalid_request"]);
    }
  });

  it("knows its clients and its key after kill -9", async () => {
    const token = (await post("oauth/token", request())).body.access_token as string;
    await running.restart();
    const keys = createRemoteJWKSet(new URL(`${issuer}.well-known/jwks.json`));
    expect((await jwtVerify(token, keys)).payload.azp).to.equal(client.client_id);
    expect((await post("oauth/token", request())).status).to.equal(200);
  });

  it("names the variable that it misses or does not understand", async () => {
    const secret = { ISSUER_MANAGEMENT_CLIENT_SECRET: "the-secret-of-the-directory-client" };
    const complete = { ISSUER_DIR: dir, ISSUER_ADMIN_TOKEN: ADMIN, ...secret };
    expect(readIssuerConfig(complete).issuer).to.equal("http://127.0.0.1:8001/");
    const wrong: [Record<string, string>, string][] = [
      [{ ...secret, ISSUER_ADMIN_TOKEN: ADMIN }, "ISSUER_DIR is missing"],
      [{ ...complete, ISSUER_ADMIN_TOKEN: "" }, "ISSUER_ADMIN_TOKEN is missing"],
      [{ ISSUER_DIR: dir, ISSUER_ADMIN_TOKEN: ADMIN }, "ISSUER_MANAGEMENT_CLIENT_SECRET is missing"],
      [{ ...complete, ISSUER_REDIRECT_URIS: "http://a.example, callback" }, "ISSUER_REDIRECT_URIS"],
      [{ ...complete, ISSUER_PORT: "many" }, "ISSUER_PORT"],
      [{ ...complete, ISSUER_URL: "http://127.0.0.1:1" }, "ISSUER_URL"],
    ];
    for (const [environment, expected] of wrong) {
      expect(await failure("ConfigurationError", () => readIssuerConfig(environment))).to.include(expected);
    }
  });
});
