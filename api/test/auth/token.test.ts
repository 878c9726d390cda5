import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { exportSPKI, generateKeyPair, importJWK, SignJWT, UnsecuredJWT } from "jose";
import { OAuth2Server } from "oauth2-mock-server";
import { createTokenVerifier } from "../../src/auth/verify-token.ts";
import type { Answer } from "../support/client.ts";
import { ALL_SCOPES, createTenant, createToken, type Tenant } from "../support/tenants.ts";
import { AUDIENCE, oidcOf, useWorld } from "../support/world.ts";

describe("tokens", () => {
  const world = useWorld();
  let tenant: Tenant;
  before(async () => {
    tenant = await createTenant(world());
  });

  const read = (authorization?: string): Promise<Answer> =>
    world().call("GET", "/v1/instructions", authorization === undefined ? {} : { headers: { authorization } });
  const bearer = (token: string) => read(`Bearer ${token}`);
  const now = () => Math.floor(Date.now() / 1000);
  const claims = () => ({
    iss: world().issuer.issuer.url as string,
    aud: AUDIENCE,
    azp: tenant.clientId,
    scope: ALL_SCOPES,
    exp: now() + 600,
  });

  function expectRefused({ status, body, headers }: Answer, code: string): void {
    expect(status).to.equal(401);
    expect(body.code).to.equal(code);
    expect(headers.get("www-authenticate")).to.equal("Bearer");
  }

  it("lets a good one in", async () => {
    expect((await bearer(tenant.token)).status).to.equal(200);
    expect((await read(`bearer ${tenant.token}`)).status).to.equal(200);
  });

  it("asks for one where none came", async () => {
    expectRefused(await read(), "token_missing");
    expectRefused(await read(""), "token_missing");
  });

  for (const header of ["Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer a b", "Bearer nonsense", "Bearer a.b.c"]) {
    it(`refuses "${header}"`, async () => {
      expectRefused(
        await read(header),
        header === "Bearer" || header === "Bearer " ? "token_invalid" : "token_invalid",
      );
    });
  }

  it("refuses an expired one beyond the leeway, and takes one within", async () => {
    const token = (expiresIn: number) => createToken(world(), { clientId: tenant.clientId, expiresIn });
    expectRefused(await bearer(await token(-40)), "token_expired");
    expect((await bearer(await token(-10))).status).to.equal(200);
  });

  it("refuses one that is not valid yet beyond the leeway", async () => {
    const token = (nbf: number) => createToken(world(), { clientId: tenant.clientId, claims: { nbf: now() + nbf } });
    expectRefused(await bearer(await token(60)), "token_invalid");
    expect((await bearer(await token(10))).status).to.equal(200);
  });

  it("refuses one without an end", async () => {
    const token = await createToken(world(), { clientId: tenant.clientId, claims: { exp: undefined } });
    expectRefused(await bearer(token), "token_invalid");
  });

  const WRONG: [string, Record<string, unknown>][] = [
    ["another issuer", { iss: "https://evil.example/" }],
    ["no issuer", { iss: undefined }],
    ["another audience", { aud: "https://api.other.example" }],
    ["no audience", { aud: undefined }],
    ["an audience that only begins like ours", { aud: `${AUDIENCE}.evil.example` }],
  ];
  for (const [name, changed] of WRONG) {
    it(`refuses one with ${name}`, async () => {
      const token = await createToken(world(), { clientId: tenant.clientId, claims: changed });
      expectRefused(await bearer(token), "token_invalid");
    });
  }

  it("takes ours among several audiences", async () => {
    const aud = [AUDIENCE, "https://other.example"];
    const token = await createToken(world(), { clientId: tenant.clientId, claims: { aud } });
    expect((await bearer(token)).status).to.equal(200);
  });

  it("refuses an unsigned one", async () => {
    expectRefused(await bearer(new UnsecuredJWT(claims()).encode()), "token_invalid");
    // Signed bytes of a good token under a header that says none.
    const [, payload, signature] = tenant.token.split(".");
    const header = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
    expectRefused(await bearer(`${header}.${payload}.${signature}`), "token_invalid");
    expectRefused(await bearer(`${header}.${payload}.`), "token_invalid");
  });

  it("refuses an HMAC keyed with the public key", async () => {
    const jwk = world().issuer.issuer.keys.toJSON()[0] as { kid: string };
    const key = await importJWK({ ...jwk, alg: "RS256" });
    const pem = await exportSPKI(key as Parameters<typeof exportSPKI>[0]);
    for (const alg of ["HS256", "HS384", "HS512"]) {
      const secret = new TextEncoder().encode(pem);
      const token = await new SignJWT(claims()).setProtectedHeader({ alg, kid: jwk.kid }).sign(secret);
      expectRefused(await bearer(token), "token_invalid");
    }
  });

  it("refuses other algorithms of the right family, even with a key of the issuer's", async () => {
    const { privateKey } = await generateKeyPair("ES256");
    const kid = (world().issuer.issuer.keys.toJSON()[0] as { kid: string }).kid;
    const token = await new SignJWT(claims()).setProtectedHeader({ alg: "ES256", kid }).sign(privateKey);
    expectRefused(await bearer(token), "token_invalid");
  });

  it("refuses a key that is not the issuer's, under its id or another, brought along or not", async () => {
    const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
    const { exportJWK } = await import("jose");
    const jwk = await exportJWK(publicKey);
    const kid = (world().issuer.issuer.keys.toJSON()[0] as { kid: string }).kid;
    const headers = [
      { alg: "RS256", kid },
      { alg: "RS256", kid: "unknown" },
      { alg: "RS256", jwk, kid },
      { alg: "RS256", jku: "https://evil.example/jwks", kid },
    ];
    for (const header of headers) {
      const token = await new SignJWT(claims()).setProtectedHeader(header).sign(privateKey);
      expectRefused(await bearer(token), "token_invalid");
    }
  });

  it("refuses a good token with other claims or another signature", async () => {
    const [header, payload, signature] = tenant.token.split(".") as [string, string, string];
    const other = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    const forged = Buffer.from(JSON.stringify({ ...other, azp: "another" })).toString("base64url");
    expectRefused(await bearer(`${header}.${forged}.${signature}`), "token_invalid");
    expectRefused(await bearer(`${header}.${payload}.${signature.slice(0, -4)}AAAA`), "token_invalid");
    expectRefused(await bearer(`${header}.${payload}.`), "token_invalid");
  });

  it("refuses a good token of another issuer that knows the same client", async () => {
    const other = new OAuth2Server();
    await other.issuer.keys.generate("RS256");
    await other.start(0, "127.0.0.1");
    try {
      const own = await createToken({ issuer: other }, { clientId: tenant.clientId });
      expectRefused(await bearer(own), "token_invalid");
      const posing = await createToken(
        { issuer: other },
        { clientId: tenant.clientId, claims: { iss: world().issuer.issuer.url } },
      );
      expectRefused(await bearer(posing), "token_invalid");
    } finally {
      await other.stop();
    }
  });

  describe("and the issuer's keys", () => {
    let server: Server;
    let status: number;
    let fetched: number;
    before(async () => {
      server = createServer((_request, response) => {
        fetched++;
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify({ keys: world().issuer.issuer.keys.toJSON() }));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    });
    after(() => new Promise((resolve) => server.close(resolve)));
    beforeEach(() => {
      fetched = 0;
      status = 200;
    });

    const verifier = () => {
      const { port } = server.address() as AddressInfo;
      return createTokenVerifier({ ...oidcOf(world().issuer), jwksUrl: `http://127.0.0.1:${port}/` });
    };

    it("are fetched once for many tokens", async () => {
      const tokens = verifier();
      for (let i = 0; i < 5; i++) await tokens.verify(tenant.token);
      expect(fetched).to.equal(1);
    });

    it("are not fetched again and again for unknown key ids", async () => {
      const tokens = verifier();
      await tokens.verify(tenant.token);
      const { privateKey } = await generateKeyPair("RS256");
      for (let i = 0; i < 5; i++) {
        const token = await new SignJWT(claims()).setProtectedHeader({ alg: "RS256", kid: `k${i}` }).sign(privateKey);
        const refused = await tokens.verify(token).catch((error: { code: string }) => error.code);
        expect(refused).to.equal("token_invalid");
      }
      expect(fetched).to.equal(1);
    });

    it("being away is 503, not 401", async () => {
      status = 500;
      const { call } = await world().serve({ tokens: verifier() });
      const answer = await call("GET", "/v1/instructions", { token: tenant.token });
      expect(answer.status).to.equal(503);
      expect(answer.body.code).to.equal("service_unavailable");
      status = 200;
      expect((await call("GET", "/v1/instructions", { token: tenant.token })).status).to.equal(200);
    });
  });
});
