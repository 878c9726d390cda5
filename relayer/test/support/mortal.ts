import { randomUUID } from "node:crypto";
import type { KyselyPlugin } from "kysely";
import { createPublicClient, custom, type Hex, keccak256 } from "viem";
import { createLogger } from "../../src/log.ts";
import { lanesOf } from "../../src/pipeline/lane.ts";
import type { Pipeline, TransactionSigner } from "../../src/pipeline/types.ts";
import { A } from "./facts.ts";
import { type Fixture, SETTINGS } from "./pipeline.ts";

/** The end of a process, wherever it was. */
class Death extends Error {
  override name = "Death";
}

/** What a process meets: when it dies, and whether its node keeps what it takes. */
export interface Fate {
  /** Statements and calls to the node until it dies, before the one that would have been next; null for never. */
  left: number | null;
  /** The node says that it took a transaction, and has not. */
  swallows: boolean;
}

/**
 * A process whose life ends between any two of its statements or calls: from then on it does nothing more, and a database transaction that it
 * had begun is undone, as when its connection closes. What dies with it is its memory.
 */
export function mortal(
  { db, chain }: Fixture,
  fate: Fate,
  gas: readonly TransactionSigner[],
  countAttempt: Pipeline["countAttempt"],
): Pipeline {
  const live = () => {
    if (fate.left === null) return;
    if (fate.left === 0) throw new Death();
    fate.left--;
  };
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      live();
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  const request = async (asked: { method: string; params?: unknown }) => {
    live();
    if (fate.swallows && asked.method === "eth_sendRawTransaction") return keccak256((asked.params as [Hex])[0]);
    const answer = await chain.client.request(asked as never);
    live();
    return answer;
  };
  const client = createPublicClient({ transport: custom({ request }, { retryCount: 0 }), cacheTime: 0 });
  const chains = new Map([[A, { ...chain.chain, client }]]);
  return {
    db: db.withPlugin(plugin),
    chains,
    lanes: lanesOf(chains.values(), { gas, operator: null }, A),
    holder: randomUUID(),
    settings: SETTINGS,
    log: createLogger("silent"),
    countAttempt,
  };
}
