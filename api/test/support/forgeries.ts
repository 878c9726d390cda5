import { randomUUID } from "node:crypto";
import { type CryptoKey, exportSPKI, generateKeyPair, importJWK, type JWK, SignJWT, UnsecuredJWT } from "jose";
import { ALL_SCOPES, createToken, type Tenant } from "./tenants.ts";
import { AUDIENCE, SESSIONS, type World } from "./world.ts";

interface Forgery {
  code: "token_invalid" | "token_expired";
  forge(world: World, tenant: Tenant): Promise<string>;
}

/** Tokens that look like a tenant's and are not to be believed; each is a good one but for one thing. */
export const FORGERIES: Record<string, Forgery> = {
  "that is none": { code: "token_invalid", forge: async () => "a.b.c" },
  "that has expired": {
    code: "token_expired",
    forge: (world, { clientId }) => createToken(world, { clientId, expiresIn: -60 }),
  },
  "for another audience": claiming({ aud: "https://api.other.example" }),
  "of another issuer": claiming({ iss: "https://evil.example/" }),
  "that nobody signed": {
    code: "token_invalid",
    forge: async (world, tenant) => new UnsecuredJWT(claims(world, tenant)).encode(),
  },
  "signed by HMAC with the public key": {
    code: "token_invalid",
    forge: async (world, tenant) => {
      const jwk = publicKey(world);
      const pem = await exportSPKI((await importJWK({ ...jwk, alg: "RS256" })) as CryptoKey);
      const secret = new TextEncoder().encode(pem);
      return new SignJWT(claims(world, tenant)).setProtectedHeader({ alg: "HS256", kid: jwk.kid }).sign(secret);
    },
  },
  "signed by a key of an unknown id": {
    code: "token_invalid",
    forge: (world, tenant) => signedByOther(world, tenant, "unknown"),
  },
  "signed by another key under a known id": {
    code: "token_invalid",
    forge: (world, tenant) => signedByOther(world, tenant, publicKey(world).kid),
  },
  "of a session that the issuer signed": {
    code: "token_invalid",
    forge: (world) => createToken(world, { claims: { iss: SESSIONS, sid: randomUUID() } }),
  },
  "of a session that nobody signed": {
    code: "token_invalid",
    forge: async (world, tenant) => new UnsecuredJWT(sessionClaims(world, tenant)).encode(),
  },
  "of a session signed by HMAC with the public key": {
    code: "token_invalid",
    forge: async (world, tenant) => {
      const jwk = world.deps.sessions.jwks.keys[0] as JWK;
      const pem = await exportSPKI((await importJWK(jwk)) as CryptoKey);
      const header = { alg: "HS256", kid: jwk.kid as string };
      const secret = new TextEncoder().encode(pem);
      return new SignJWT(sessionClaims(world, tenant)).setProtectedHeader(header).sign(secret);
    },
  },
  "of a session signed by another key under a known id": {
    code: "token_invalid",
    forge: async (world, tenant) => {
      const header = { alg: "RS256", kid: (world.deps.sessions.jwks.keys[0] as JWK).kid as string };
      return new SignJWT(sessionClaims(world, tenant)).setProtectedHeader(header).sign(await otherKey());
    },
  },
};

function claiming(changed: Record<string, unknown>): Forgery {
  return {
    code: "token_invalid",
    forge: (world, { clientId }) => createToken(world, { clientId, claims: changed }),
  };
}

function claims(world: World, tenant: Tenant) {
  const iss = world.issuer.issuer.url as string;
  const exp = Math.floor(Date.now() / 1000) + 600;
  return { iss, aud: AUDIENCE, azp: tenant.clientId, scope: ALL_SCOPES, exp };
}

function publicKey(world: World): { kid: string } {
  return world.issuer.issuer.keys.toJSON()[0] as { kid: string };
}

/** Drawn once: drawing a key takes longer than everything else here. */
let other: Promise<CryptoKey> | undefined;

function otherKey(): Promise<CryptoKey> {
  other ??= generateKeyPair("RS256").then(({ privateKey }) => privateKey);
  return other;
}

async function signedByOther(world: World, tenant: Tenant, kid: string): Promise<string> {
  return new SignJWT(claims(world, tenant)).setProtectedHeader({ alg: "RS256", kid }).sign(await otherKey());
}

function sessionClaims(world: World, tenant: Tenant) {
  return { ...claims(world, tenant), iss: SESSIONS, sid: randomUUID() };
}
