import { setTimeout as sleep } from "node:timers/promises";
import type { DemoClient, DemoWorld } from "./types.ts";

/** A platform as the API sees it: one client with its token. */
export interface Platform {
  slug: string;
  get<T>(path: string): Promise<T>;
  /** `key` makes repetition harmless, so that a lost answer can be asked for again. */
  post<T>(path: string, body: Record<string, unknown>, key: string): Promise<T>;
}

/** The API refused. */
export class ApiRefusal extends Error {
  override name = "ApiRefusal";
  readonly status: number;
  readonly code: string;

  constructor(request: string, status: number, body: string) {
    super(`${request}: ${status} ${body}`);
    this.status = status;
    this.code = codeOf(body);
  }
}

const PATIENCE_MS = 45_000;

/**
 * Signs in with client credentials and calls the API. Retried as the API allows it: unreachable, 5xx and 429 with patience, 401
 * once with a fresh token; every other refusal is final.
 */
export function connectPlatform(world: Pick<DemoWorld, "apiUrl" | "issuer">, client: DemoClient): Platform {
  let token: Promise<string> | undefined;

  async function call<T>(method: string, path: string, init: RequestInit): Promise<T> {
    const deadline = performance.now() + PATIENCE_MS;
    let refreshed = false;
    for (let pause = 200; ; pause = Math.min(pause * 2, 2_000)) {
      const answer = await attempt(method, path, init).catch((error: unknown) => {
        if (performance.now() > deadline) throw error;
        return undefined;
      });
      if (answer?.ok) return (await answer.json()) as T;
      if (answer?.status === 401 && !refreshed) {
        refreshed = true;
        token = undefined;
        continue;
      }
      const passing = answer === undefined || answer.status >= 500 || answer.status === 429;
      if (answer !== undefined && (!passing || performance.now() > deadline)) {
        throw new ApiRefusal(`${method} ${path}`, answer.status, await answer.text());
      }
      await sleep(Number(answer?.headers.get("retry-after") ?? 0) * 1_000 || pause);
    }
  }

  async function attempt(method: string, path: string, init: RequestInit): Promise<Response> {
    token ??= signIn(world, client).catch((error: unknown) => {
      token = undefined;
      throw error;
    });
    const headers = { authorization: `Bearer ${await token}`, "content-type": "application/json", ...init.headers };
    return fetch(`${world.apiUrl}${path}`, { ...init, method, headers, signal: AbortSignal.timeout(10_000) });
  }

  return {
    slug: client.platform,
    get: (path) => call("GET", path, {}),
    post: (path, body, key) => call("POST", path, { body: JSON.stringify(body), headers: { "idempotency-key": key } }),
  };
}

async function signIn(world: Pick<DemoWorld, "issuer">, client: DemoClient): Promise<string> {
  const response = await fetch(world.issuer.tokenUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      client_id: client.clientId,
      client_secret: client.clientSecret,
      audience: world.issuer.audience,
      grant_type: "client_credentials",
    }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new ApiRefusal("POST /oauth/token", response.status, await response.text());
  return ((await response.json()) as { access_token: string }).access_token;
}

function codeOf(body: string): string {
  try {
    return String((JSON.parse(body) as { code?: unknown }).code);
  } catch {
    return "unreadable";
  }
}
