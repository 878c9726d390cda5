import { SignJWT } from "jose";
import type { SigningKey } from "./keys.ts";

/** Seconds. */
export const TOKEN_LIFE = 24 * 3600;

interface Claims extends Record<string, unknown> {
  sub: string;
  aud: string;
}

/** Signs tokens of this issuer, valid for a day. */
export type Sign = (claims: Claims) => Promise<string>;

export function signer(issuer: string, key: SigningKey): Sign {
  return (claims) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: key.kid })
      .setIssuer(issuer)
      .setIssuedAt()
      .setExpirationTime(`${TOKEN_LIFE}s`)
      .sign(key.key);
}
