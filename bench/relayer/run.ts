import { sql } from "kysely";
import { round } from "../api/load.ts";
import { startBenchWorld } from "../api/world.ts";
import { type Report, type Target, target } from "../report.ts";
import { fundGasAccounts, gasKeys, MOST_SIGNERS } from "./accounts.ts";
import { Progress } from "./milestones.ts";
import { measureOpening, type Opening } from "./opening.ts";
import { Parties } from "./parties.ts";
import type { Setting } from "./setting.ts";
import { type Kind, Trades } from "./trades.ts";
import { Watch } from "./watch.ts";
import { type Run, settleByLoop, settleByRelayer } from "./whole.ts";

export interface RelayerOptions {
  /** Numbers of keys on each chain. */
  signers: readonly number[];
  /** How long settlements are matched at a fixed rate. */
  seconds: number;
  /** Settlements of one chain from instruction to FINALIZED. */
  trades: number;
}

interface Whole {
  relayer: Run;
  loop: Run;
  /** Of the two throughputs. */
  ratio: number;
}

interface Measured {
  signers: number;
  opening: { sameChain: Opening; mixed: Opening };
  whole: { sameChain: Whole; crossChain: Whole };
}

/** As a relayer has them that is not to be killed. */
const LEASES = { SIGNER_LEASE_SECONDS: "15" };
const PER_SECOND = 20;
const WARM_UP_SECONDS = 3;
/** Across chains there are as many less, for their messages take their time. */
const CROSS_SHARE = 0.1;

/** The relayer of the local world against its targets, and against a loop with as many keys, one number of keys after the other. */
export async function measureRelayer(options: RelayerOptions, say: (text: string) => void): Promise<Report> {
  const bench = await startBenchWorld(2, say, { ...gasKeys(MOST_SIGNERS), ...LEASES });
  const { world } = bench;
  const stop = () => bench.stop();
  const end = () => void stop().then(() => process.exit(1));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
  const trades = await Trades.open(bench);
  const watch = new Watch(world);
  try {
    // Nobody asks for webhooks or a counterparty here.
    for (const name of ["relayer", "courier", "sandbox"] as const) await world.kill(name);
    await watch.start();
    const parties = new Parties(world);
    await fundGasAccounts(world);
    await parties.fund(watch);
    const progress = new Progress(watch, world.deployment.coordinatorChainId);
    const setting: Setting = { world, watch, progress, trades, parties };
    const measured: Measured[] = [];
    for (const signers of options.signers) measured.push(await measure(setting, options, signers, say));
    return { targets: measured.flatMap(targetsOf), figures: { measured } };
  } finally {
    watch.stop();
    await trades.db.destroy();
    await stop();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, end);
  }
}

async function measure(
  setting: Setting,
  options: RelayerOptions,
  signers: number,
  say: (text: string) => void,
): Promise<Measured> {
  const { world, trades } = setting;
  const { seconds, trades: count } = options;
  await free(trades);
  await world.start("relayer", gasKeys(signers));
  const opening = async (load: "same-chain" | "mixed", duration = seconds) => {
    const opening = await measureOpening(setting, load, PER_SECOND, duration);
    await forget(trades);
    const { p50, p95, p99 } = opening.blocks;
    say(
      `${signers} signers, opening ${PER_SECOND} a second, ${load}: ${p50} / ${p95} / ${p99} blocks at p50 / p95 / p99`,
    );
    return opening;
  };
  // What a process does first is not measured.
  await opening("mixed", WARM_UP_SECONDS);
  const sameChain = await opening("same-chain");
  const mixed = await opening("mixed");
  const counts = { "same-chain": count, "cross-chain": Math.round(CROSS_SHARE * count) };
  const relayed = async (kind: Kind) => {
    const relayed = await settleByRelayer(setting, kind, counts[kind], signers);
    say(`${signers} signers, ${counts[kind]} settlements, ${kind}: ${relayed.run.perMinute} a minute`);
    return relayed;
  };
  const home = await relayed("same-chain");
  const across = await relayed("cross-chain");
  await world.kill("relayer");
  const against = async (kind: Kind, { run, like }: Awaited<ReturnType<typeof relayed>>): Promise<Whole> => {
    const loop = await settleByLoop(setting, like, counts[kind], signers);
    say(`${signers} keys of a loop, ${counts[kind]} settlements, ${kind}: ${loop.perMinute} a minute`);
    return { relayer: run, loop, ratio: round(loop.perMinute === 0 ? 0 : run.perMinute / loop.perMinute) };
  };
  return {
    signers,
    opening: { sameChain, mixed },
    whole: { sameChain: await against("same-chain", home), crossChain: await against("cross-chain", across) },
  };
}

function targetsOf({ signers, opening, whole }: Measured): Target[] {
  const at = `${signers} signers,`;
  const blocks = "p95 of match to AWAITING_DEPOSITS, blocks";
  return [
    target(`${at} one chain: ${blocks}`, opening.sameChain.blocks.p95, 2, "at most"),
    target(`${at} mixed: ${blocks}`, opening.mixed.blocks.p95, 2, "at most"),
    target(`${at} one chain: share of the loop's throughput`, whole.sameChain.ratio, 0.8, "at least"),
    target(`${at} across chains: share of the loop's throughput`, whole.crossChain.ratio, 0.8, "at least"),
    target(
      `${at} one chain: p99 of last deposit to FINALIZED, blocks`,
      whole.sameChain.relayer.closing.p99,
      0,
      "at most",
    ),
  ];
}

/** The keys are nobody's: the relayer that had them was killed. */
async function free({ db }: Trades): Promise<void> {
  await db.deleteFrom("keystone.signer_candidate").execute();
  await db.updateTable("keystone.signer_lease").set({ expires_at: sql<Date>`clock_timestamp()` }).execute();
}

/** Nothing of what was measured before is left to be done. */
async function forget({ db }: Trades): Promise<void> {
  await db.updateTable("keystone.intent").set({ status: "done" }).where("status", "=", "open").execute();
}
