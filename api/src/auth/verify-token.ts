import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from "jose";
import { ApiError, unavailable } from "../errors/api-error.ts";

const CACHE_MS = 10 * 60_000;
const COOLDOWN_MS = 30_000;
const LEEWAY_SECONDS = 30;

export interface TokenVerifier {
  /** The claims of a token that the issuer signed for this API. Throws ApiError 401, or 503 while the issuer's keys cannot be had. */
  verify(token: string): Promise<JWTPayload>;
  /** Resolves when the issuer's keys are at hand; throws ApiError 503 otherwise. */
  ready(): Promise<void>;
}

export interface TokenVerifierOptions {
  issuer: string;
  audience: string;
  jwksUrl: string;
}

/** Verifies RS256 tokens against the issuer's JWKS: cached 10 minutes, fetched at most every 30 s for a key id that is not in it. */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const keys = createRemoteJWKSet(new URL(options.jwksUrl), {
    cacheMaxAge: CACHE_MS,
    cooldownDuration: COOLDOWN_MS,
    timeoutDuration: 5_000,
    [customFetch]: fetchKeys,
  });
  return {
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, keys, {
          // Nothing but RS256: neither `none` nor an HMAC keyed with the public key gets anywhere.
          algorithms: ["RS256"],
          issuer: options.issuer,
          audience: options.audience,
          clockTolerance: LEEWAY_SECONDS,
          requiredClaims: ["exp"],
        });
        return payload;
      } catch (error) {
        throw refusal(error);
      }
    },
    async ready() {
      if (keys.fresh) return;
      try {
        await keys.reload();
      } catch (error) {
        throw error instanceof ApiError ? error : unavailable("The token issuer", error);
      }
    },
  };
}

/** Keeps "the issuer is away" apart from "the token is bad": the first is 503, and the caller may try again. */
async function fetchKeys(url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    throw unavailable("The token issuer", error);
  }
  if (response.status !== 200) throw unavailable("The token issuer", new Error(`JWKS answered ${response.status}`));
  return response;
}

function refusal(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const headers = { "WWW-Authenticate": "Bearer" };
  if (error instanceof errors.JWKSTimeout) return unavailable("The token issuer", error);
  if (error instanceof errors.JWTExpired) {
    return new ApiError("token_expired", "The token has expired; get a new one from the issuer", { headers });
  }
  return new ApiError("token_invalid", "The token is not a valid RS256 token of this API's issuer and audience", {
    headers,
    cause: error,
  });
}
