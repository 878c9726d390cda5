import { ConfigurationError } from "./errors/keystone-error.ts";
import { API_VERSION } from "./generated/operations.ts";

export type EnvironmentName = "production" | "staging" | "development";

/** Where the client says what it does. Never has it a secret, a token or a body. `console` is one. */
export interface Logger {
  debug(message: string, fields: Record<string, unknown>): void;
  info(message: string, fields: Record<string, unknown>): void;
  warn(message: string, fields: Record<string, unknown>): void;
  error(message: string, fields: Record<string, unknown>): void;
}

export interface ClientOptions {
  /** Of a machine client. Required unless `accessToken`; refused in a browser, where everybody could read the secret. */
  clientId?: string | undefined;
  clientSecret?: string | undefined;
  /** Of a user or a session. A function is asked again when the API has refused what it gave. */
  accessToken?: string | (() => Promise<string>) | undefined;
  environment?: EnvironmentName | undefined;
  /** Slug of the environment that a user works in. */
  environmentSlug?: string | undefined;
  /** Without `/v1`. */
  baseUrl?: string | undefined;
  auth0TokenUrl?: string | undefined;
  auth0Audience?: string | undefined;
  maxRetries?: number | undefined;
  /** Milliseconds before the first retry; doubled for each further one. */
  retryBaseDelay?: number | undefined;
  /** Milliseconds. */
  retryMaxDelay?: number | undefined;
  /** Milliseconds for one attempt. */
  timeout?: number | undefined;
  apiVersion?: string | undefined;
  fetch?: typeof fetch | undefined;
  logger?: Logger | undefined;
}

const HOSTS: Readonly<Record<EnvironmentName, string>> = {
  production: "https://api.keystoneos.xyz",
  staging: "https://api-staging.keystoneos.xyz",
  development: "https://api-dev.keystoneos.xyz",
};

/** Options with their defaults, checked. */
export interface Settings {
  baseUrl: string;
  tokenUrl: string;
  audience: string;
  environmentSlug: string | undefined;
  maxRetries: number;
  retryBaseDelay: number;
  retryMaxDelay: number;
  timeout: number;
  apiVersion: string;
  fetch: typeof fetch;
  logger: Logger | undefined;
}

/** A page runs this: its users could read what it holds. */
export const inBrowser = (): boolean => ["document", "importScripts"].some((name) => name in globalThis);

/** @throws ConfigurationError naming the option and what to set. */
export function readSettings(options: ClientOptions): Settings {
  const { environment = "production", environmentSlug, logger } = options;
  checkCredentials(options);
  if (!Object.hasOwn(HOSTS, environment)) {
    throw new ConfigurationError("environment", `is none of ${Object.keys(HOSTS).join(", ")}`);
  }
  return {
    baseUrl: baseUrlIn(options.baseUrl ?? HOSTS[environment]),
    tokenUrl: checkUrl("auth0TokenUrl", options.auth0TokenUrl ?? "https://auth.keystoneos.xyz/oauth/token"),
    audience: options.auth0Audience ?? "https://api.keystoneos.xyz",
    environmentSlug,
    maxRetries: amount("maxRetries", options.maxRetries ?? 3),
    retryBaseDelay: amount("retryBaseDelay", options.retryBaseDelay ?? 500),
    retryMaxDelay: amount("retryMaxDelay", options.retryMaxDelay ?? 30_000),
    timeout: amount("timeout", options.timeout ?? 30_000),
    apiVersion: options.apiVersion ?? API_VERSION,
    fetch: options.fetch ?? globalThis.fetch,
    logger,
  };
}

function checkCredentials({ clientId, clientSecret, accessToken }: ClientOptions): void {
  const isMachine = clientId !== undefined || clientSecret !== undefined;
  if (accessToken !== undefined) {
    if (isMachine)
      throw new ConfigurationError("accessToken", "excludes clientId and clientSecret: give one of the two");
    if (accessToken === "")
      throw new ConfigurationError("accessToken", "is empty: set the token of a user or a session");
    return;
  }
  for (const [option, value] of Object.entries({ clientId, clientSecret })) {
    if (!value) throw new ConfigurationError(option, "is missing: set clientId and clientSecret, or accessToken");
  }
  if (inBrowser()) {
    const why = "does not belong into a browser, where everybody can read it: set accessToken to a session's token";
    throw new ConfigurationError("clientSecret", why);
  }
}

function baseUrlIn(given: string): string {
  const url = checkUrl("baseUrl", given).replace(/\/+$/, "");
  if (url.endsWith("/v1"))
    throw new ConfigurationError("baseUrl", "ends with /v1, which the client appends: leave it off");
  return url;
}

/** Secrets and tokens are sent there. */
function checkUrl(option: string, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isLocal = url !== undefined && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url?.protocol !== "https:" && !(url?.protocol === "http:" && isLocal)) {
    throw new ConfigurationError(option, "must be an https URL; http only on this machine");
  }
  if (url.username + url.password + url.search + url.hash !== "") {
    throw new ConfigurationError(option, "must have no credentials, query or fragment");
  }
  return value;
}

function amount(option: string, value: number): number {
  if (!(value >= 0)) throw new ConfigurationError(option, "must be a number from 0");
  return value;
}
