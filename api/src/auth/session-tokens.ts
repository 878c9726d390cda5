import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { decodeJwt, errors, type JWK, jwtVerify, SignJWT } from "jose";
import { ApiError } from "../errors/api-error.ts";

/** What a session's token says. What the session may do says its row. */
interface SessionClaims {
  sessionId: string;
  platformId: string;
  environmentId: string;
  expiresAt: Date;
}

/** Tokens of this API's own key, for browsers. */
export interface SessionTokens {
  sign(claims: SessionClaims): Promise<string>;
  /** Whether a token says that it is of this API. Nothing of it is believed yet. */
  claims(token: string): boolean;
  /** The id of the session whose token it is. Throws ApiError 401. */
  verify(token: string): Promise<string>;
  /** What verifies them, for anyone. */
  jwks: { keys: JWK[] };
}

export interface SessionTokenOptions {
  /** The `iss`: where this API is reached. */
  origin: string;
  audience: string;
  /** RSA, private. */
  key: KeyObject;
}

/** Signs and verifies RS256 tokens with a key that every copy of this process has. */
export function createSessionTokens({ origin, audience, key }: SessionTokenOptions): SessionTokens {
  const publicKey = createPublicKey(key);
  const jwk = publicJwk(publicKey);
  return {
    sign: ({ sessionId, platformId, environmentId, expiresAt }) =>
      new SignJWT({ sid: sessionId, platform_id: platformId, environment_id: environmentId })
        .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: jwk.kid as string })
        .setIssuer(origin)
        .setAudience(audience)
        .setSubject(`session:${sessionId}`)
        .setIssuedAt()
        .setExpirationTime(expiresAt)
        .sign(key),
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
    jwks: { keys: [jwk] },
  };

  function keyFor({ kid }: { kid?: string | undefined }): KeyObject {
    if (kid !== jwk.kid) throw new errors.JWKSNoMatchingKey();
    return publicKey;
  }
}

function refused(code: "token_expired" | "token_invalid", detail: string, cause?: unknown): ApiError {
  return new ApiError(code, detail, { headers: { "WWW-Authenticate": "Bearer" }, cause });
}

/** The key as published, its id the thumbprint of RFC 7638. */
function publicJwk(publicKey: KeyObject): JWK {
  const { kty, n, e } = publicKey.export({ format: "jwk" });
  const kid = createHash("sha256").update(JSON.stringify({ e, kty, n })).digest("base64url");
  return { kty, n, e, kid, alg: "RS256", use: "sig" } as JWK;
}
