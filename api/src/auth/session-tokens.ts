import { createPublicKey, type KeyObject } from "node:crypto";
import { decodeJwt, errors, type JWK, jwtVerify, SignJWT } from "jose";
import { ApiError } from "../errors/api-error.ts";
import { publicJwk, type SessionKeys } from "./session-keys.ts";

/** What a session's token says. What the session may do says its row. */
interface SessionClaims {
  sessionId: string;
  platformId: string;
  environmentId: string;
  expiresAt: Date;
}

/** Tokens of this API's own keys, for browsers. */
export interface SessionTokens {
  sign(claims: SessionClaims): Promise<string>;
  /** Whether a token says that it is of this API. Nothing of it is believed yet. */
  claims(token: string): boolean;
  /** The id of the session whose token it is. Throws ApiError 401. */
  verify(token: string): Promise<string>;
  /** What verifies them, for anyone; the key that signs is the first. */
  jwks: { keys: JWK[] };
}

export interface SessionTokenOptions {
  /** The `iss`: where this API is reached. */
  origin: string;
  audience: string;
  keys: SessionKeys;
}

/** Signs RS256 tokens with one key, and verifies those of any that every copy of this process has. */
export function createSessionTokens({ origin, audience, keys }: SessionTokenOptions): SessionTokens {
  const { signing, accepted } = keys;
  const published = [createPublicKey(signing), ...accepted].map((key) => ({ key, jwk: publicJwk(key) }));
  const byId = new Map(published.map(({ key, jwk }) => [jwk.kid, key]));
  const { kid } = publicJwk(signing);
  return {
    sign: ({ sessionId, platformId, environmentId, expiresAt }) =>
      new SignJWT({ sid: sessionId, platform_id: platformId, environment_id: environmentId })
        .setProtectedHeader({ alg: "RS256", typ: "JWT", kid })
        .setIssuer(origin)
        .setAudience(audience)
        .setSubject(`session:${sessionId}`)
        .setIssuedAt()
        .setExpirationTime(expiresAt)
        .sign(signing),
    claims(token) {
      try {
        return decodeJwt(token).iss === origin;
      } catch {
        return false;
      }
    },
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, keyFor, {
          algorithms: ["RS256"],
          issuer: origin,
          audience,
          requiredClaims: ["exp", "sid"],
        });
        if (typeof payload.sid === "string") return payload.sid;
      } catch (error) {
        if (error instanceof errors.JWTExpired)
          throw refused("token_expired", "The session has ended; make another one");
        throw refused("token_invalid", "The token is not a valid session token of this API", error);
      }
      throw refused("token_invalid", "The token is not a valid session token of this API");
    },
    jwks: { keys: published.map(({ jwk }) => jwk) },
  };

  function keyFor({ kid = "" }: { kid?: string | undefined }): KeyObject {
    const key = byId.get(kid);
    if (key === undefined) throw new errors.JWKSNoMatchingKey();
    return key;
  }
}

function refused(code: "token_expired" | "token_invalid", detail: string, cause?: unknown): ApiError {
  return new ApiError(code, detail, { headers: { "WWW-Authenticate": "Bearer" }, cause });
}
