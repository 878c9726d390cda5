import { z } from "zod";

export interface TokenSource {
  /** A token for the Management API; fetched once for all who ask at the same time, and kept until shortly before it ends. */
  get(): Promise<string>;
  /** Has the next one fetched anew, unless that has happened already since `token` was given out. */
  forget(token: string): void;
}

export interface ClientCredentials {
  /** The directory's base, with a slash at its end. */
  url: string;
  clientId: string;
  clientSecret: string;
}

const MARGIN_MS = 60_000;

const answerSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

/** Client credentials of this API's own client, for the audience of the Management API. `send` throws when there is no answer. */
export function createTokenSource(
  { url, clientId, clientSecret }: ClientCredentials,
  send: (url: string, init: RequestInit) => Promise<Response>,
): TokenSource {
  let kept: { token: string; until: number } | undefined;
  let fetching: Promise<string> | undefined;

  async function fetchToken(): Promise<string> {
    const body = {
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
      audience: `${url}api/v2/`,
    };
    const headers = { "content-type": "application/json" };
    const response = await send(`${url}oauth/token`, { method: "POST", headers, body: JSON.stringify(body) });
    // Not the answer's text, which may repeat what was sent.
    if (response.status !== 200) throw new Error(`the directory's token endpoint answered ${response.status}`);
    const { access_token, expires_in } = answerSchema.parse(await response.json());
    kept = { token: access_token, until: Date.now() + expires_in * 1000 - MARGIN_MS };
    return access_token;
  }

  return {
    get() {
      if (kept !== undefined && kept.until > Date.now()) return Promise.resolve(kept.token);
      fetching ??= fetchToken().finally(() => {
        fetching = undefined;
      });
      return fetching;
    },
    forget(token) {
      if (kept?.token === token) kept = undefined;
    },
  };
}
