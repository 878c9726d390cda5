import { z } from "zod";
import type { Config } from "../config.ts";
import { unavailable } from "../errors.ts";

export interface MachineToken {
  /** The token of the counterparty's own client; got once, and anew from a minute before its end. */
  get(): Promise<string>;
  /** Forgets a token that was refused. */
  forget(token: string): void;
}

const answer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });
const TIMEOUT_MS = 10_000;
const EARLY_MS = 60_000;

/** Buys tokens with client credentials. `get` throws SandboxError 503 where the issuer does not answer or refuses. */
export function machineToken(client: Config["client"], now: () => number = Date.now): MachineToken {
  let kept: { token: string; until: number } | undefined;
  let asked: Promise<string> | undefined;

  async function buy(): Promise<string> {
    const response = await fetch(client.tokenUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        grant_type: "client_credentials",
        client_id: client.id,
        client_secret: client.secret,
        audience: client.audience,
      }),
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`the issuer refused the sandbox's own client with ${response.status}`);
    const { access_token, expires_in } = answer.parse(await response.json());
    kept = { token: access_token, until: now() + expires_in * 1_000 - EARLY_MS };
    return access_token;
  }

  return {
    async get() {
      if (kept !== undefined && now() < kept.until) return kept.token;
      asked ??= buy().finally(() => {
        asked = undefined;
      });
      return asked.catch((error: unknown) => {
        throw unavailable("The issuer of tokens", error);
      });
    },
    forget(token) {
      if (kept?.token === token) kept = undefined;
    },
  };
}
