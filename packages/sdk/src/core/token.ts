import { AuthenticationError } from "../errors/api-error.ts";
import { errorFrom } from "../errors/from-answer.ts";
import { clock } from "./clock.ts";
import { type Policy, send } from "./send.ts";

/** Where access tokens come from. */
export interface Tokens {
  /** One request is under way however many callers wait; the signal ends the caller's waiting only. */
  get(signal?: AbortSignal): Promise<string>;
  /** Whether there is another one to be had instead of this, which was refused. */
  refused(token: string): boolean;
}

export interface Credentials {
  clientId: string;
  clientSecret: string;
  tokenUrl: string;
  audience: string;
}

/** A token ends for this client before it does for the API. */
const EARLY_MS = 60_000;

interface Bought {
  token: string;
  /** When to get another one. */
  until: number;
}

/** A token that is there already: nothing to renew. */
export function fixedToken(token: string): Tokens {
  return { get: async () => token, refused: () => false };
}

/** Tokens that the caller's function gives, each for as long as the API takes it. */
export function givenTokens(give: () => Promise<string>): Tokens {
  return cached(async () => ({ token: await give(), until: Number.POSITIVE_INFINITY }));
}

/** Tokens for client credentials. `get` throws AuthenticationError where the issuer refuses. */
export function boughtTokens(credentials: Credentials, policy: Policy): Tokens {
  return cached(() => buy(credentials, policy));
}

function cached(fetchOne: () => Promise<Bought>): Tokens {
  let kept: Bought | undefined;
  let asked: Promise<Bought> | undefined;
  return {
    async get(signal) {
      if (kept !== undefined && clock.now() < kept.until) return kept.token;
      asked ??= fetchOne()
        .then((bought) => {
          kept = bought;
          return bought;
        })
        .finally(() => {
          asked = undefined;
        });
      return (await unlessAborted(asked, signal)).token;
    },
    refused(token) {
      if (kept?.token === token) kept = undefined;
      return true;
    },
  };
}

async function buy({ clientId, clientSecret, tokenUrl, audience }: Credentials, policy: Policy): Promise<Bought> {
  const started = clock.now();
  const body = JSON.stringify({
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: clientSecret,
    audience,
  });
  const answer = await send(
    {
      method: "POST",
      url: tokenUrl,
      headers: async () => ({ "content-type": "application/json", accept: "application/json" }),
      body,
    },
    policy,
  );
  const parsed = objectIn(answer.text);
  if (answer.status === 200 && typeof parsed.access_token === "string" && typeof parsed.expires_in === "number") {
    return { token: parsed.access_token, until: started + parsed.expires_in * 1_000 - EARLY_MS };
  }
  const { status, headers } = answer;
  if (status >= 300 && status < 400) throw errorFrom({ ...answer, text: "", attempts: 1 });
  // What the issuer says of the error is told on; nothing else of its answer is, which may repeat what it was sent.
  const words = [parsed.error, parsed.error_description].filter((word) => typeof word === "string").join(": ");
  const reason = words.replaceAll(clientSecret, "[secret]") || `the issuer answered ${status} without a token`;
  throw new AuthenticationError({ status, headers, message: `No access token: ${reason}`, detail: reason });
}

function objectIn(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const end = () => reject(signal.reason);
    signal.addEventListener("abort", end, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", end));
  });
}
