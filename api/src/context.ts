import type { Deployment } from "@keystoneos/protocol";
import type { Queue, SecretKeyring, Store } from "@keystoneos/store";
import type { Logger } from "pino";
import type { Caller } from "./auth/caller.ts";
import type { TokenVerifier } from "./auth/verify-token.ts";
import type { ChainReaders } from "./chain/readers.ts";
import type { WebhookSender } from "./delivery/send.ts";

/** What a request may need of this process; made once at start-up. */
export interface Dependencies {
  db: Store;
  queue: Queue;
  deployment: Deployment;
  keyring: SecretKeyring;
  chains: ChainReaders;
  tokens: TokenVerifier;
  webhooks: WebhookSender;
  log: Logger;
  settings: Settings;
}

interface Settings {
  /** The least seconds between now and a settlement's timeout, the message margin not counted. */
  minTimeoutSeconds: number;
  graphqlUrl: string;
  /** Indexing lag from which GET /v1/status says degraded. */
  maxLagSeconds: number;
}

export interface AppEnv {
  Variables: {
    deps: Dependencies;
    requestId: string;
    /** Set by `authorize`; absent on open routes. */
    caller: Caller;
    /** The parsed JSON body as sent, set by `jsonBody`. */
    rawBody: unknown;
    /** The address of the socket. */
    ip: string | null;
  };
}

/** What an activity row says of the request that caused it. */
export interface RequestFacts {
  requestId: string;
  method: string;
  path: string;
  ip: string | null;
  userAgent: string | null;
}
