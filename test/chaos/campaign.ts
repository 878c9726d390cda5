import { setTimeout as sleep } from "node:timers/promises";
import { termsFromJson } from "@keystoneos/protocol";
import { erc20Abi } from "@keystoneos/protocol/abi";
import pg from "pg";
import { encodeFunctionData, maxUint256, parseUnits } from "viem";
import { type Chains, reachChains } from "../../devnet/src/demo/chains.ts";
import type { Context } from "../../devnet/src/demo/context.ts";
import { openFacts } from "../../devnet/src/demo/facts.ts";
import { repeatedTransactions } from "../../devnet/src/demo/ledger/duplicates.ts";
import { readLedger } from "../../devnet/src/demo/ledger/read.ts";
import { connectPlatform } from "../../devnet/src/demo/platform.ts";
import type { World } from "../../devnet/src/world.ts";
import { disturb } from "./disturb.ts";
import { type Kind, planOf } from "./plan.ts";
import { type Holdings, holding, type Owed, reconcile } from "./reconcile.ts";
import type { CampaignReport } from "./report.ts";
import { type Played, play } from "./trade.ts";
import { auditTransactions } from "./transactions.ts";
import { GAS_KEYS, traders } from "./world.ts";

export interface CampaignOptions {
  seed: number;
  trades: number;
  /** Trades at a time. */
  width: number;
  onProgress?: (text: string) => void;
}

/** The report, and what it was found with. */
export interface Campaign {
  report: CampaignReport;
  owed: Owed[];
  before: Holdings;
}

/** Enough that no number of trades uses it up. */
const PLENTY = "1000000000";
const CLOSING_MS = 180_000;

/** Plays trades while everything around them goes wrong, then holds the logs of the chains against what was agreed. */
export async function runCampaign(world: World, options: CampaignOptions): Promise<Campaign> {
  const started = performance.now();
  const tell = options.onProgress ?? (() => {});
  const chains = reachChains(world);
  const { trades, disturbances } = planOf(options.seed, options.trades);
  const before = await supply(world, chains);
  const platforms = {
    seller: connectPlatform(world, world.clients[0]),
    buyer: connectPlatform(world, world.clients[1]),
  };
  const over = new AbortController();
  const disturbing = disturb(world, disturbances, over.signal, (text) => tell(`  ${text}`));
  const played: Played[] = [];
  const problems: string[] = [];
  const waiting = [...trades];
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const context = contextOf(world, chains, platforms, next.pair);
      try {
        played.push(...(await play(context, next)));
      } catch (error) {
        problems.push(`a trade was never begun: ${(error as Error).message}`);
      }
      tell(`${trades.length - waiting.length}/${trades.length} trades begun, ${played.length} settlements ended`);
    }
  };
  await Promise.all(Array.from({ length: options.width }, lane));
  over.abort();
  const disturbed = await disturbing;

  for (const { settlement, end, expected } of played) {
    if (end === null || !expected.includes(end as never)) {
      problems.push(`${settlement.id} ended as ${end}, not as ${expected.join(" or ")}`);
    }
  }
  const left = new Set(played.flatMap(({ leaves }) => leaves ?? []));
  problems.push(...(await untilClosed(world, left, tell)));
  const owed = played.map(({ settlement, expected }) => ({
    settlementHash: settlement.settlement_hash,
    terms: termsFromJson(settlement.terms),
    expected,
  }));
  problems.push(...(await reconcile(world, chains, owed, before)));
  const lost = problems.length;
  const since = new Map(world.chains.map(({ chainId }) => [chainId, 0n]));
  const hashes = new Set(owed.map(({ settlementHash }) => settlementHash));
  const ledger = (await readLedger(chains, world.deployment, since)).filter((entry) =>
    hashes.has(entry.settlementHash),
  );
  // Deposits are the parties', who make them again while nobody tells them that they came; the escrow takes one. Whether a message was sent
  // again after it had arrived cannot be told: a node that stood still leaves its chain's clock behind the other's.
  const doubles = repeatedTransactions(ledger.filter(({ kind }) => kind !== "deposit"));
  const { problems: unaccounted, ...spent } = await auditTransactions(world, chains, GAS_KEYS);
  const report = {
    seed: options.seed,
    settlements: played.length,
    byEnd: countBy(played.map(({ end }) => end ?? "none")),
    byKind: countBy(played.map(({ kind }) => kind)) as Record<Kind, number>,
    disturbed,
    lost,
    doubled: doubles.length,
    spent,
    seconds: Math.round((performance.now() - started) / 1000),
    problems: [...problems, ...doubles, ...unaccounted],
  };
  return { report, owed, before };
}

/** Gives every wallet more than it will need and lets the escrows take it; resolves to what it then holds, when no reorg can undo it. */
async function supply(world: World, chains: Chains): Promise<Holdings> {
  const { instruments, contracts } = world.deployment;
  const data = encodeFunctionData({ abi: erc20Abi, functionName: "approve", args: [contracts.escrow, maxUint256] });
  const traded = instruments.filter(({ alias }) => alias === "KBOND" || alias === "TUSDC");
  for (const { chain_id, token_address, decimals } of traded) {
    await Promise.all(
      traders(world).map(async (holder) => {
        await chains.mint(chain_id, token_address, holder, parseUnits(PLENTY, decimals));
        await chains.send(chain_id, { from: holder, to: token_address, data });
      }),
    );
  }
  const holdings: Holdings = new Map();
  for (const { chain_id, token_address } of traded) {
    for (const holder of traders(world)) {
      holdings.set(holding(chain_id, token_address, holder), await chains.balance(chain_id, token_address, holder));
    }
  }
  await Promise.all(world.chains.map(({ chainId }) => blocks(chains, chainId, 3n)));
  return holdings;
}

async function blocks(chains: Chains, chainId: number, count: bigint): Promise<void> {
  const client = chains.client(chainId);
  const from = await client.getBlockNumber({ cacheTime: 0 });
  while ((await client.getBlockNumber({ cacheTime: 0 })) < from + count) await sleep(200);
}

function contextOf(world: World, chains: Chains, platforms: Context["platforms"], pair: number): Context {
  const parties = traders(world);
  const at = (2 * pair) % parties.length;
  const wallets = { seller: parties[at], buyer: parties[at + 1] } as Context["wallets"];
  return {
    world,
    chains,
    facts: openFacts(world.graphqlUrl),
    platforms,
    wallets,
    spareWallets: wallets,
    tell: () => {},
    remember: () => {},
    quiet: () => {},
    calm: Promise.resolve(),
  };
}

/** Waits until the relayer has nothing open any more but what is left; says what stays open. */
async function untilClosed(world: World, left: ReadonlySet<string>, tell: (text: string) => void): Promise<string[]> {
  const giveUp = performance.now() + CLOSING_MS;
  for (;;) {
    const all = await openIntents(world).catch(() => null);
    const open = all?.filter((id) => !left.has(id));
    if (open?.length === 0) return [];
    if (performance.now() > giveUp) return (open ?? ["?"]).map((id) => `the settlement ${id} is still open`);
    tell(`${open?.length ?? "?"} intents are open`);
    await sleep(2_000);
  }
}

/** The settlements of which something is still to be done. */
async function openIntents(world: World): Promise<string[]> {
  const db = new pg.Client({ connectionString: world.databaseUrl });
  await db.connect();
  try {
    const { rows } = await db.query<{ settlement_id: string }>(
      "SELECT settlement_id FROM keystone.intent WHERE status = 'open'",
    );
    return rows.map(({ settlement_id }) => settlement_id);
  } finally {
    await db.end();
  }
}

function countBy(words: readonly string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]));
}
