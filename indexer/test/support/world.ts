// First, for the order of what is done when all is over.
import "./closing.ts";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../devnet/src/ports.ts";
import { freshDatabase } from "../../../test/support/database.ts";
import { startChain, type TestChain } from "./chain.ts";
import { COORDINATOR_CHAIN, DEPLOYMENT, OTHER_CHAIN } from "./deployment.ts";
import { startIndexer, type TestIndexer } from "./indexer.ts";
import { type ChainLog, toCalls } from "./logs.ts";
import { openViews } from "./views.ts";

export type World = Awaited<ReturnType<typeof openWorld>>;

interface GraphQLAnswer {
  data?: unknown;
  errors?: { message: string }[];
}

/** Two chains and a database, and an indexer when asked for. `close` ends all of them. */
export async function openWorld() {
  const folder = await mkdtemp(join(tmpdir(), "keystone-indexer-"));
  const file = join(folder, "deployments.json");
  await writeFile(file, JSON.stringify(DEPLOYMENT));
  const addresses = Object.values(DEPLOYMENT.contracts);
  const database = await freshDatabase();
  const [coordinator, other] = await Promise.all([
    startChain({ chainId: COORDINATOR_CHAIN, addresses }),
    startChain({ chainId: OTHER_CHAIN, addresses }),
  ]);
  const chains = [coordinator, other];
  for (const chain of chains) await chain.mine();
  const views = openViews(database.url);
  const started: TestIndexer[] = [];
  let closed = false;
  const environment = {
    DATABASE_URL: database.url,
    DEPLOYMENTS_FILE: file,
    INDEXER_POLLING_INTERVAL_MS: "100",
    INDEXER_LOG_LEVEL: "warn",
    ...Object.fromEntries(chains.map((chain) => [`RPC_URL_${chain.chainId}`, chain.url])),
  };

  async function launch(more: Record<string, string> = {}): Promise<TestIndexer> {
    const indexer = startIndexer({ ...environment, INDEXER_PORT: String(await freePort()), ...more });
    started.push(indexer);
    return indexer;
  }

  function alive(): void {
    if (closed) throw new Error("the world has been closed");
    const newest = started.at(-1);
    if (newest?.ended) throw new Error(`the indexer has ended:\n${newest.lines.slice(-10).join("\n")}`);
  }

  return {
    coordinator,
    other,
    database,
    views,
    environment,
    launch,
    /** Launches an indexer and waits until it is ready. */
    async start(more: Record<string, string> = {}): Promise<TestIndexer> {
      const indexer = await launch(more);
      await indexer.ready();
      return indexer;
    },
    /** The indexer that was started last. */
    newest(): TestIndexer {
      return started.at(-1) as TestIndexer;
    },
    /** Puts another deployment in the place of the present one. */
    deploy: (deployment: unknown) => writeFile(file, JSON.stringify(deployment)),
    /** Asks the newest indexer. */
    async graphql(query: string, variables: Record<string, unknown> = {}): Promise<GraphQLAnswer> {
      const body = JSON.stringify({ query, variables });
      const headers = { "content-type": "application/json" };
      return (
        await fetch(`${started.at(-1)?.url}/graphql`, { method: "POST", headers, body })
      ).json() as Promise<GraphQLAnswer>;
    },
    /** Emits logs in one block of a chain. */
    async block(chain: TestChain, ...logs: ChainLog[]): Promise<void> {
      await chain.emit(...toCalls(logs));
      await chain.mine();
    },
    /** Waits until everything mined so far is indexed. */
    async indexed(): Promise<void> {
      for (const chain of chains) await views.reached(chain.chainId, await chain.head(), alive);
    },
    async close(): Promise<void> {
      closed = true;
      await Promise.all(started.map((indexer) => indexer.kill()));
      await views.close();
      await Promise.all([...chains.map((chain) => chain.stop()), database.drop(), rm(folder, { recursive: true })]);
    },
  };
}
