import { randomUUID } from "node:crypto";
import type { KyselyPlugin } from "kysely";
import { type Hex, keccak256 } from "viem";
import type { TransactionSigner } from "../../src/keys/types.ts";
import { createLogger } from "../../src/log.ts";
import { lanesOf } from "../../src/pipeline/lane.ts";
import type { Pipeline } from "../../src/pipeline/types.ts";
import { chainAt } from "./chain.ts";
import { A } from "./facts.ts";
import { ATTESTER, type Fixture, SETTINGS } from "./pipeline.ts";

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
  const mortalChain = chainAt(chain.url, A);
  for (const endpoint of mortalChain.nodes.endpoints) {
    const ask = endpoint.ask.bind(endpoint);
    endpoint.ask = async (method, params, deadline) => {
      live();
      if (fate.swallows && method === "eth_sendRawTransaction") return keccak256((params as [Hex])[0]);
      const answer = await ask(method, params, deadline);
      live();
      return answer;
    };
  }
  const chains = new Map([[A, mortalChain]]);
  return {
    db: db.withPlugin(plugin),
    chains,
    lanes: lanesOf(chains.values(), { gas, operator: null }, A),
    holder: randomUUID(),
    attester: ATTESTER,
    settings: SETTINGS,
    log: createLogger("silent"),
    countAttempt,
  };
}
