import { z } from "zod";
import { refusal, request } from "../request.ts";

export interface ClientCredentials {
  url: string;
  clientId: string;
  clientSecret: string;
}

const answerSchema = z.object({
  access_token: z
    .string()
    .min(1)
    .max(10_000)
    // It becomes a header.
    .regex(/^[\x21-\x7e]+$/),
  expires_in: z.number().positive().max(31_536_000),
});

const EARLY_SECONDS = 60;

export interface TokenSource {
  get(signal: AbortSignal): Promise<string>;
  /** Of a token that was refused. */
  forget(token: string): void;
}

/** Access tokens by client credentials, in memory only: one is used until a minute before it ends. */
export function tokenSource({ url, clientId, clientSecret }: ClientCredentials): TokenSource {
  let held: { token: string; until: number } | null = null;
  return {
    async get(signal) {
      if (held !== null && performance.now() < held.until) return held.token;
      const content = {
        client_id: clientId,
        client_secret: clientSecret,
        audience: new URL(url).host,
        grant_type: "client_credentials",
      };
      const answer = await request(
        {
          method: "POST",
          url: new URL(`${url}/oauth/token`),
          headers: { "content-type": "application/json", accept: "application/json" },
          body: JSON.stringify(content),
        },
        signal,
      );
      if (answer.body === null) throw refusal("the request of a token", answer);
      const parsed = answerSchema.safeParse(answer.body);
      if (!parsed.success) throw new Error("the answer to the request of a token is none");
      const { access_token: token, expires_in } = parsed.data;
      held = { token, until: performance.now() + (expires_in - EARLY_SECONDS) * 1000 };
      return token;
    },
    forget(token) {
      if (held?.token === token) held = null;
    },
  };
}
