import { KeystoneClient } from "@keystoneos/sdk";
import type { DemoClient, DemoWorld } from "./types.ts";

/** A platform as the API sees it: one client with its token. Answers are as on the wire; what is refused is the SDK's ApiError. */
export interface Platform {
  slug: string;
  get<T>(path: string): Promise<T>;
  /** `key` makes repetition harmless, so that a lost answer can be asked for again. */
  post<T>(path: string, body: Record<string, unknown>, key: string): Promise<T>;
}

/** How long a world that kills its own processes may be away: about 45 seconds of tries. */
const PATIENCE = { maxRetries: 25, retryBaseDelay: 200, retryMaxDelay: 2_000, timeout: 10_000 };

/** Signs in with client credentials when it is first asked. `apiUrl` ends with `/v1`. */
export function connectPlatform(world: Pick<DemoWorld, "apiUrl" | "issuer">, client: DemoClient): Platform {
  const { platform, clientId, clientSecret } = client;
  const sdk = new KeystoneClient({
    clientId,
    clientSecret,
    baseUrl: world.apiUrl.replace(/\/v1$/, ""),
    auth0TokenUrl: world.issuer.tokenUrl,
    auth0Audience: world.issuer.audience,
    ...PATIENCE,
  });
  return {
    slug: platform,
    get: (path) => sdk.request("GET", `/v1${path}`),
    post: (path, body, idempotencyKey) => sdk.request("POST", `/v1${path}`, { body }, { idempotencyKey }),
  };
}
