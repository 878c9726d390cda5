import { setTimeout as sleep } from "node:timers/promises";
import { percentiles, round } from "../api/load.ts";
import type { Setting } from "./setting.ts";
import type { Kind } from "./trades.ts";

/** How long what was matched may take to open once no more is offered. */
const PATIENCE_MS = 30_000;
/** Of a mixed load, one in so many is across chains. */
const MIXED = 4;

export interface Opening {
  offeredPerSecond: number;
  settlements: number;
  /** Those that were not open half a minute after the last match. */
  notOpened: number;
  /** From the newest block when it was matched to the block that opens it. */
  blocks: ReturnType<typeof percentiles> & { max: number };
}

/** Matches at a fixed rate, however long openings take; nobody deposits. */
export async function measureOpening(
  { world, watch, progress, trades, parties }: Setting,
  load: "same-chain" | "mixed",
  perSecond: number,
  seconds: number,
): Promise<Opening> {
  const kinds = Array.from(
    { length: perSecond * seconds },
    (_, index): Kind => (load === "mixed" && index % MIXED === 0 ? "cross-chain" : "same-chain"),
  );
  const shots = await trades.prepare(kinds, parties.pairs);
  const start = performance.now();
  const matches: Promise<string>[] = [];
  for (const [index, shot] of shots.entries()) {
    const wait = start + (index * 1000) / perSecond - performance.now();
    if (wait > 1) await sleep(wait);
    matches.push(trades.match(shot));
  }
  const matched = await trades.matched(await Promise.all(matches));
  const opened = Promise.all(matched.map(({ hash }) => progress.reached(hash, (m) => m.opened !== undefined)));
  await Promise.race([opened, sleep(PATIENCE_MS, undefined, { ref: false })]);
  const home = world.deployment.coordinatorChainId;
  const blocks = matched.flatMap(({ hash, at }) => {
    const { opened } = progress.of(hash);
    return opened === undefined ? [] : [opened.number - watch.numberAt(home, at)];
  });
  return {
    offeredPerSecond: perSecond,
    settlements: matched.length,
    notOpened: matched.length - blocks.length,
    blocks: { ...percentiles(blocks), max: round(Math.max(0, ...blocks)) },
  };
}
