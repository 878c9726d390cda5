import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Scenario } from "../../devnet/src/demo/context.ts";
import { twoChains } from "../../devnet/src/demo/context.ts";
import { connectPlatform } from "../../devnet/src/demo/platform.ts";
import { runDemo } from "../../devnet/src/demo/run.ts";
import { deliver } from "../../devnet/src/demo/scenarios/delivery.ts";
import type { World } from "../../devnet/src/world.ts";
import { percentiles } from "./load.ts";

/** The local chains make a block a second. */
export const BLOCK_MS = 1000;

interface Delay {
  p50: number;
  p95: number;
  p99: number;
}

interface WebhookLatency {
  events: number;
  settlements: number;
  finality: "safe";
  blockMs: number;
  /** Milliseconds from the block that holds the fact. */
  fromBlock: Delay;
  /** Milliseconds from the block that makes the fact as final as the courier waits for. */
  fromFinality: Delay;
}

/** Trades over both chains at once, from each fact's block to the receiver of both platforms. */
export async function measureWebhooks(world: World, settlements: number): Promise<WebhookLatency> {
  const received: { at: number; chainId: number; block: number }[] = [];
  const receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      response.end();
      const { data } = JSON.parse(Buffer.concat(chunks).toString()) as Told;
      if (data.chain !== undefined)
        received.push({ at: performance.now(), chainId: data.chain.chain_id, block: data.chain.block_number });
    });
  }).listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const watch = watchBlocks(world);
  try {
    for (const client of world.clients) {
      const body = { url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`, events: ["settlement.*"] };
      await connectPlatform(world, client).post("/platforms/me/webhooks", body, crypto.randomUUID());
    }
    const { problems } = await runDemo(world, {
      scenarios: Array.from({ length: settlements }, (_, n) => trade(world, n)),
    });
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
    await untilQuiet(() => received.length);
  } finally {
    await watch.stop();
    receiver.closeAllConnections();
    receiver.close();
  }
  const depth = new Map(world.deployment.chains.map(({ chainId, finality }) => [chainId, finality.safe]));
  // The block itself counts as one confirmation.
  const since = (blocks: (chainId: number) => number) =>
    received.flatMap(({ at, chainId, block }) => {
      const seen = watch.seen(chainId, block + blocks(chainId));
      return seen === undefined ? [] : [at - seen];
    });
  return {
    events: received.length,
    settlements,
    finality: "safe",
    blockMs: BLOCK_MS,
    fromBlock: percentiles(since(() => 0)),
    fromFinality: percentiles(since((chainId) => (depth.get(chainId) ?? 1) - 1)),
  };
}

interface Told {
  data: { chain?: { chain_id: number; block_number: number } };
}

function trade(world: World, index: number): Scenario {
  const { home, away } = twoChains(world);
  const spec = {
    template: "dvp-cross-chain",
    transfers: [
      { from: "seller" as const, alias: "KBOND", chainId: away, quantity: "12.5" },
      { from: "buyer" as const, alias: "TUSDC", chainId: home, quantity: "12499.99" },
    ],
    timeoutSeconds: 900,
  };
  const name = `trade ${index + 1}`;
  return { name, title: name, expected: "FINALIZED", run: (context) => deliver(context, { spec }) };
}

/** When each block was there first, asked for every few milliseconds. */
function watchBlocks(world: World) {
  const seen = new Map<string, number>();
  let over = false;
  const watching = world.chains.map(async ({ chainId, rpcUrl }) => {
    for (let last = 0; !over; await sleep(10)) {
      const answer = await fetch(rpcUrl, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_blockNumber", params: [] }),
      });
      const head = Number(((await answer.json()) as { result: string }).result);
      const at = performance.now();
      for (let block = last === 0 ? head : last + 1; block <= head; block++) seen.set(`${chainId} ${block}`, at);
      last = head;
    }
  });
  return {
    seen: (chainId: number, block: number) => seen.get(`${chainId} ${block}`),
    stop: async () => {
      over = true;
      await Promise.all(watching);
    },
  };
}

/** Resolves when the count has not grown for ten blocks. */
async function untilQuiet(count: () => number): Promise<void> {
  for (let before = -1; before !== count(); ) {
    before = count();
    await sleep(10 * BLOCK_MS);
  }
}
