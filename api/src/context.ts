import type { Deployment } from "@keystoneos/protocol";
import type { SecretKeyring, Store } from "@keystoneos/store";
import type { Logger } from "pino";
import type { Block } from "./addresses.ts";
import type { Actor, Caller, PlatformCaller } from "./auth/caller.ts";
import type { SessionTokens } from "./auth/session-tokens.ts";
import type { TokenVerifier } from "./auth/verify-token.ts";
import type { ChainReaders } from "./chain/readers.ts";
import type { WebhookSender } from "./delivery/send.ts";
import type { Directory } from "./directory/directory.ts";
import type { ObserveRequest } from "./metrics.ts";
import type { Streams } from "./services/streams/streams.ts";

/** What a request may need of this process; made once at start-up. */
export interface Dependencies {
  db: Store;
  deployment: Deployment;
  keyring: SecretKeyring;
  chains: ChainReaders;
  directory: Directory;
  tokens: TokenVerifier;
  sessions: SessionTokens;
  streams: Streams;
  webhooks: WebhookSender;
  observe: ObserveRequest;
  log: Logger;
  settings: Settings;
}

interface Settings {
  /** The least seconds between now and a settlement's timeout, the message margin not counted. */
  minTimeoutSeconds: number;
  graphqlUrl: string;
  /** Whether POST /graphql tells the schema itself. */
  graphqlIntrospection: boolean;
  /** Whose word on where a call comes from counts. */
  trustedProxies: readonly Block[];
  rateLimits: RateLimits;
  /** Pages that may call what session tokens may not. */
  dashboardOrigins: readonly string[];
  /** Indexing lag from which GET /v1/status says degraded. */
  maxLagSeconds: number;
}

/** Calls per minute. */
export interface RateLimits {
  /** Of an environment that has no limit of its own, and of a user outside of environments. */
  perMinute: number;
  /** Of an address, without a token that counts. */
  anonymousPerMinute: number;
}

export interface AppEnv {
  Variables: {
    deps: Dependencies;
    requestId: string;
    /** When it arrived, by `performance.now()`. */
    startedAt: number;
    /** Set by `authorize` on routes about an environment. */
    caller: Caller;
    /** The same on routes about a platform. */
    platformCaller: PlatformCaller;
    /** The same on admin routes. */
    adminCaller: Actor;
    /** For which environment the call counts, where there is one. */
    environmentId: string | undefined;
    /** The version that this environment has chosen. */
    environmentVersion: string | undefined;
    /** The parsed JSON body as sent, set by `jsonBody`. */
    rawBody: unknown;
    /** Where the call comes from, proxies that are trusted left out. */
    ip: string | null;
  };
}

/** What an activity row says of the request that caused it. */
export interface RequestFacts {
  requestId: string;
  /** When it arrived, by `performance.now()`. */
  startedAt: number;
  method: string;
  path: string;
  ip: string | null;
  userAgent: string | null;
}
