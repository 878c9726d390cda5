// First, so that its root hook runs before the database's.
import "./root-hook.ts";

import { generateKeyPairSync, randomBytes } from "node:crypto";
import { connect, migrate, type Store, secretKeyring, seedDeployment } from "@keystoneos/store";
import { OAuth2Server } from "oauth2-mock-server";
import pino from "pino";
import { freePort } from "../../../devnet/src/ports.ts";
import { freshDatabase } from "../../../test/support/database.ts";
import { createSessionTokens } from "../../src/auth/session-tokens.ts";
import { createTokenVerifier } from "../../src/auth/verify-token.ts";
import { createChainReaders } from "../../src/chain/readers.ts";
import type { Dependencies } from "../../src/context.ts";
import { createWebhookSender } from "../../src/delivery/send.ts";
import { createDirectory } from "../../src/directory/auth0/adapter.ts";
import { startServer } from "../../src/server.ts";
import { createStreams, type StreamIntervals } from "../../src/services/streams/streams.ts";
import { type Call, createClient } from "./client.ts";
import { testDeployment } from "./deployment.ts";
import { type LocalIssuer, startLocalIssuer } from "./local-issuer.ts";
import { atTheEnd } from "./root-hook.ts";
import { createViews } from "./views.ts";

export const AUDIENCE = "https://api.keystoneos.xyz";
/** The `iss` of session tokens. */
export const SESSIONS = "https://api.test";

/** The API on a port, its database, the issuer of its tokens. Shared by all tests of a run: each makes its own tenants. */
export interface World {
  call: Call;
  origin: string;
  db: Store;
  databaseUrl: string;
  deps: Dependencies;
  /** Hex; its id is `test`. */
  secretsKey: string;
  issuer: OAuth2Server;
  /** The local world's issuer, whose directory the API writes to. */
  local: LocalIssuer;
  /** Lines that the API has logged. */
  logged: string[];
  /** Another copy of the API on the same database, with other parts. */
  serve(changes: Partial<Dependencies>): Promise<{ call: Call; origin: string }>;
}

/** Short: a test awaits what happens. */
export const STREAM_TICKS: StreamIntervals = { look: 10, heartbeat: 50, guard: 20 };

/** As good as none: all tests together call from one address. */
const UNLIMITED = { perMinute: 60_000, anonymousPerMinute: 60_000 };

let shared: Promise<World> | undefined;

/** Has the world ready before the tests of a suite. Returns how to get it. */
export function useWorld(): () => World {
  let world: World | undefined;
  before(async function () {
    this.timeout(60_000);
    shared ??= freshDatabase().then(startWorld);
    world = await shared;
  });
  return () => {
    if (world === undefined) throw new Error("the world is there from the first test on");
    return world;
  };
}

/** A world of its own, for tests that look at everything a database holds, or on a database that is given. */
export function useOwnWorld(database: () => Promise<{ url: string }> = freshDatabase): () => World {
  let world: World | undefined;
  before(async function () {
    this.timeout(60_000);
    world = await startWorld(await database());
  });
  return () => {
    if (world === undefined) throw new Error("the world is there from the first test on");
    return world;
  };
}

async function startWorld({ url: databaseUrl }: { url: string }): Promise<World> {
  await migrate({ databaseUrl });
  const db = connect({ databaseUrl, maxConnections: 30 });
  atTheEnd(() => db.destroy());
  const deployment = testDeployment();
  await seedDeployment(db, deployment);
  await createViews(db);

  const local = await startLocalIssuer();
  const issuer = new OAuth2Server();
  await issuer.issuer.keys.generate("RS256");
  await issuer.start(0, "127.0.0.1");
  atTheEnd(() => issuer.stop());

  const { privateKey: sessionKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const logged: string[] = [];
  // Nothing listens there: without a node the API must go on.
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  const secretsKey = randomBytes(32).toString("hex");
  const log = pino({ level: "debug" }, { write: (line: string) => void logged.push(line) });
  const streams = createStreams({ db, deployment, log, intervals: STREAM_TICKS });
  atTheEnd(() => streams.stop());
  const deps: Dependencies = {
    db,
    deployment,
    keyring: secretKeyring("test", secretsKey),
    chains: createChainReaders(deployment, new Map(deployment.chains.map(({ chainId }) => [chainId, nowhere]))),
    directory: createDirectory(local.directoryOptions),
    tokens: createTokenVerifier(oidcOf(issuer)),
    sessions: createSessionTokens({
      origin: SESSIONS,
      audience: AUDIENCE,
      keys: { signing: sessionKey, accepted: [] },
    }),
    webhooks: createWebhookSender({ developmentMode: true }),
    log,
    streams,
    observe: () => {},
    settings: {
      minTimeoutSeconds: 60,
      graphqlUrl: `${nowhere}/graphql`,
      graphqlIntrospection: false,
      maxLagSeconds: 60,
      trustedProxies: [],
      dashboardOrigins: [],
      rateLimits: UNLIMITED,
    },
  };
  const serve = async (changes: Partial<Dependencies>) => {
    const server = await startServer({ ...deps, ...changes }, "127.0.0.1", 0);
    atTheEnd(() => server.close());
    const origin = `http://127.0.0.1:${server.port}`;
    return { call: createClient(origin), origin };
  };
  return { ...(await serve({})), db, databaseUrl, deps, secretsKey, issuer, local, logged, serve };
}

export function oidcOf(server: OAuth2Server) {
  const issuer = server.issuer.url as string;
  return { issuer, audience: AUDIENCE, jwksUrl: `${issuer}/jwks` };
}
