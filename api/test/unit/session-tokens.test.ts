import { generateKeyPairSync, randomUUID } from "node:crypto";
import { expect } from "chai";
import { decodeProtectedHeader, type JWTHeaderParameters, SignJWT } from "jose";
import { createSessionTokens } from "../../src/auth/session-tokens.ts";

describe("session tokens", () => {
  const { privateKey: key } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const options = {
    origin: "https://api.test",
    audience: "https://audience.test",
    keys: { signing: key, accepted: [] },
  };
  const tokens = createSessionTokens(options);
  // Made when the file is read, long before the tests of a whole run come to it.
  const expiresAt = new Date(Date.now() + 86_400_000);
  const claims = { sessionId: randomUUID(), platformId: randomUUID(), environmentId: randomUUID(), expiresAt };
  const kid = tokens.jwks.keys[0]?.kid as string;

  /** Signed with the very key, and good but for what is changed. */
  const signed = (header: Partial<JWTHeaderParameters>, changes: Record<string, unknown> = {}) => {
    const payload = { iss: options.origin, aud: options.audience, sid: claims.sessionId, exp: Date.now() / 1000 + 60 };
    return new SignJWT({ ...payload, ...changes }).setProtectedHeader({ alg: "RS256", kid, ...header }).sign(key);
  };
  const verdict = (token: string) => tokens.verify(token).catch((error: { code: string }) => error.code);

  it("are known by who signed them, and give the session", async () => {
    const token = await tokens.sign(claims);
    expect(decodeProtectedHeader(token)).to.include({ alg: "RS256", kid });
    expect(tokens.claims(token)).to.equal(true);
    expect(await tokens.verify(token)).to.equal(claims.sessionId);
    expect(await verdict(await signed({}))).to.equal(claims.sessionId);
  });

  it("are the same for every copy that has the key", async () => {
    expect(await createSessionTokens(options).verify(await tokens.sign(claims))).to.equal(claims.sessionId);
  });

  const WRONG: [string, Partial<JWTHeaderParameters>, Record<string, unknown>][] = [
    ["another algorithm of the key", { alg: "PS256" }, {}],
    ["a longer hash", { alg: "RS512" }, {}],
    ["another key's id", { kid: "another" }, {}],
    ["no key's id", { kid: undefined as never }, {}],
    ["another audience", {}, { aud: "https://api.test" }],
    ["another origin", {}, { iss: "https://api.other" }],
    ["no session", {}, { sid: undefined }],
    ["a session that is no text", {}, { sid: { $ne: null } }],
    ["no end", {}, { exp: undefined }],
  ];
  for (const [name, header, changes] of WRONG) {
    it(`are refused with ${name}`, async () => {
      expect(await verdict(await signed(header, changes))).to.equal("token_invalid");
    });
  }

  it("end on time: here is no other clock to be lenient with", async () => {
    expect(await verdict(await signed({}, { exp: Math.floor(Date.now() / 1000) - 1 }))).to.equal("token_expired");
  });

  it("are told from others without being believed", () => {
    for (const other of ["", "a.b.c", "nonsense"]) expect(tokens.claims(other)).to.equal(false);
  });
});
