import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { expect } from "chai";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { publicJwk } from "../../src/auth/session-keys.ts";
import { createSessionTokens } from "../../src/auth/session-tokens.ts";
import type { Call } from "../support/client.ts";
import { createTenant, type Tenant } from "../support/tenants.ts";
import { AUDIENCE, SESSIONS, useWorld } from "../support/world.ts";

describe("another key for session tokens", () => {
  const world = useWorld();
  const pair = () => generateKeyPairSync("rsa", { modulusLength: 2048 });
  const [old, next] = [pair(), pair()];
  let tenant: Tenant;
  before(async () => {
    tenant = await createTenant(world());
  });

  /** A copy of the API with these keys. */
  const copy = (signing: KeyObject, ...accepted: KeyObject[]) =>
    world().serve({
      sessions: createSessionTokens({ origin: SESSIONS, audience: AUDIENCE, keys: { signing, accepted } }),
    });
  const session = async (call: Call): Promise<string> => {
    const json = { scopes: ["templates:read"] };
    const { status, body } = await call("POST", "/v1/sessions", { token: tenant.token, json });
    expect(status).to.equal(201);
    return body.session_token;
  };
  const read = async (call: Call, token: string) => {
    const { status, body } = await call("GET", "/v1/settlement-templates", { token });
    return status === 200 ? status : body.code;
  };

  it("comes to every copy, one after the other, without the end of any session", async () => {
    const before = await copy(old.privateKey);
    const published = await copy(old.privateKey, next.publicKey);
    const turned = await copy(next.privateKey, old.publicKey);
    const after = await copy(next.privateKey);
    const tokens: string[] = [];
    // At each step some copies are still at the step before, and any copy may get any token that is out.
    for (const copies of [
      [before, published],
      [published, turned],
    ]) {
      tokens.push(...(await Promise.all(copies.map(({ call }) => session(call)))));
      for (const { call } of copies) {
        for (const token of tokens) expect(await read(call, token)).to.equal(200);
      }
    }
    // The last step is for when the last session of the old key is over: whoever takes it sooner ends them.
    const signedBy = (token: string) => decodeProtectedHeader(token).kid;
    expect(tokens.map(signedBy)).to.deep.equal([old, old, old, next].map((keys) => publicJwk(keys.publicKey).kid));
    const verdicts = await Promise.all(tokens.map((token) => read(after.call, token)));
    expect(verdicts).to.deep.equal(["token_invalid", "token_invalid", "token_invalid", 200]);
    expect(await read(before.call, tokens[3] as string)).to.equal("token_invalid");
  });

  it("is published with the others, public halves only and the one that signs first", async () => {
    // An accepted key may be given as the private one that signed before.
    const { call, origin } = await copy(next.privateKey, createPublicKey(old.privateKey));
    const { body } = await call("GET", "/.well-known/jwks.json");
    expect(body.keys).to.deep.equal([publicJwk(next.publicKey), publicJwk(old.publicKey)]);
    for (const key of body.keys) expect(key).to.have.all.keys("kty", "n", "e", "kid", "alg", "use");
    const keys = createRemoteJWKSet(new URL(`${origin}/.well-known/jwks.json`));
    for (const each of [await copy(old.privateKey), await copy(next.privateKey)]) {
      const token = await session(each.call);
      const { payload } = await jwtVerify(token, keys, { issuer: SESSIONS, audience: AUDIENCE, algorithms: ["RS256"] });
      expect(payload.environment_id).to.equal(tenant.environmentId);
    }
  });

  it("has for its id the thumbprint of RFC 7638", () => {
    // Section 3.1 of the RFC.
    const n =
      "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
    const key = createPublicKey({ key: { kty: "RSA", n, e: "AQAB" }, format: "jwk" });
    expect(publicJwk(key).kid).to.equal("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
  });
});
