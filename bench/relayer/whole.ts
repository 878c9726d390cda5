import { setTimeout as sleep } from "node:timers/promises";
import type { Terms } from "@keystoneos/protocol";
import type { Address, Hex } from "viem";
import { percentiles, round } from "../api/load.ts";
import { gasAccounts } from "./accounts.ts";
import { drawTrades, ViemLoop } from "./loop.ts";
import type { Setting } from "./setting.ts";
import type { Kind } from "./trades.ts";
import type { SeenBlock } from "./watch.ts";

const PATIENCE_MS = 120_000;
/** Most unmined transactions of a key, for both: nodes' pools take as many, as a rule. */
const WINDOW = 16;
/** Instructions that a platform has under way at once. */
const PLATFORM_REQUESTS = 16;

export interface Run {
  settlements: number;
  /** Those that were not final in time. */
  unfinished: number;
  seconds: number;
  /** Settlements from the first instruction that matches to FINALIZED. */
  perMinute: number;
  /** Of the sender's keys. */
  transactions: { count: number; reverted: number; gas: number };
  /** Of the coordinator's chain's blocks, the sender's gas in share of the ceiling. */
  gasShare: { mean: number; max: number };
  /** From the last deposit to FINALIZED, in blocks of the coordinator's chain. */
  closing: ReturnType<typeof percentiles>;
  /** The same without the time in which a message was between the chains. */
  closingBesideMessages: ReturnType<typeof percentiles>;
}

/** So many settlements at once, from instruction to FINALIZED, by the relayer that runs. Comes with the terms of one of them. */
export async function settleByRelayer(
  setting: Setting,
  kind: Kind,
  count: number,
  signers: number,
): Promise<{ run: Run; like: Terms }> {
  const { trades, parties } = setting;
  const shots = await trades.prepare(
    Array.from({ length: count }, () => kind),
    parties.pairs,
  );
  const stop = depositWhatOpens(setting);
  const start = Date.now();
  const ids: string[] = [];
  const rest = shots.values();
  const platform = async () => {
    for (const shot of rest) ids.push(await trades.match(shot));
  };
  await Promise.all(Array.from({ length: PLATFORM_REQUESTS }, platform));
  const matched = await trades.matched(ids);
  const [like] = matched;
  if (like === undefined) throw new Error("nothing was matched");
  const hashes = matched.map(({ hash }) => hash);
  const run = await finish(setting, hashes, start, addressesOf("relayer", signers));
  stop();
  return { run, like: like.terms };
}

/** As many on terms like these, by a loop with as many keys. */
export async function settleByLoop(setting: Setting, like: Terms, count: number, signers: number): Promise<Run> {
  const { world, watch, progress, parties } = setting;
  const drawn = await drawTrades(world, like, parties.pairs, count);
  const loop = new ViemLoop(world, watch, progress, gasAccounts("loop", signers), WINDOW);
  await loop.prepare();
  const start = Date.now();
  const hashes = drawn.map(({ hash }) => hash);
  const settled = loop.settle(drawn, parties);
  const [run] = await Promise.all([finish(setting, hashes, start, addressesOf("loop", signers)), settled]);
  return run;
}

/** Both parties deposit in the block after the one that opens their settlement. */
function depositWhatOpens({ progress, trades, parties }: Setting): () => void {
  const begun = new Set<Hex>();
  let opened: Hex[] = [];
  return progress.listen((hash, { opened: block, deposits }) => {
    if (block === undefined || deposits.length > 0 || begun.has(hash)) return;
    begun.add(hash);
    if (opened.push(hash) > 1) return;
    // One question for all that one block has opened.
    queueMicrotask(async () => {
      const hashes = opened;
      opened = [];
      for (const trade of await trades.read(hashes)) await parties.deposit(trade);
    });
  });
}

async function finish(
  { world, watch, progress }: Setting,
  hashes: readonly Hex[],
  start: number,
  senders: ReadonlySet<Address>,
): Promise<Run> {
  const done = Promise.all(hashes.map((hash) => progress.reached(hash, (m) => m.finalized !== undefined)));
  await Promise.race([done, sleep(PATIENCE_MS, undefined, { ref: false })]);
  const home = world.deployment.coordinatorChainId;
  const ends = hashes.map((hash) => progress.of(hash)).filter(({ finalized }) => finalized !== undefined);
  const end = Math.max(start, ...ends.map(({ finalized }) => (finalized as SeenBlock).at));
  const seconds = (end - start) / 1000;
  const blocks = watch.between(start, end);
  const sent = blocks.flatMap(({ transactions }) => transactions).filter(({ from }) => senders.has(from));
  const shares = blocks
    .filter(({ chainId }) => chainId === home)
    .map(({ transactions, gasLimit }) => {
      const own = transactions.filter(({ from }) => senders.has(from));
      return own.reduce((sum, { gasUsed }) => sum + gasUsed, 0) / gasLimit;
    });
  const closings = ends.map(({ deposits, finalized, messages }) => {
    const last = Math.max(...deposits.map(({ at }) => at));
    const total = (finalized as SeenBlock).number - watch.numberAt(home, last);
    const between = messages.map(({ sent, received }) => ((received?.at ?? sent.at) - sent.at) / 1000);
    return { total, beside: total - Math.round(between.reduce((sum, time) => sum + time, 0)) };
  });
  return {
    settlements: hashes.length,
    unfinished: hashes.length - ends.length,
    seconds: round(seconds),
    perMinute: round((ends.length * 60) / seconds),
    transactions: {
      count: sent.length,
      reverted: sent.filter(({ succeeded }) => !succeeded).length,
      gas: sent.reduce((sum, { gasUsed }) => sum + gasUsed, 0),
    },
    gasShare: {
      mean: round(shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length)),
      max: round(Math.max(0, ...shares)),
    },
    closing: percentiles(closings.map(({ total }) => total)),
    closingBesideMessages: percentiles(closings.map(({ beside }) => beside)),
  };
}

function addressesOf(of: "relayer" | "loop", count: number): ReadonlySet<Address> {
  return new Set(gasAccounts(of, count).map(({ address }) => address.toLowerCase() as Address));
}
