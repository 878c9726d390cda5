import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measuredCommit } from "../scripts/lib/commit.ts";
import { measureApi } from "./api/run.ts";
import { MOST_SIGNERS } from "./relayer/accounts.ts";
import { measureRelayer } from "./relayer/run.ts";
import type { Report } from "./report.ts";

// Measures the platform API and the relayer against their targets: npm run bench -- [api] [relayer] --seconds 20 --settlements 9
const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((word) => word !== "--"),
  allowPositionals: true,
  options: {
    /** How long a load at a fixed rate lasts. */
    seconds: { type: "string", default: "20" },
    /** Of the API's webhooks. */
    settlements: { type: "string", default: "9" },
    /** Of the relayer, from instruction to FINALIZED; a tenth as many more across chains. */
    trades: { type: "string", default: "300" },
    /** Numbers of keys that the relayer has on each chain. */
    signers: { type: "string", default: "1,2,4" },
    /** Folder of what is measured. */
    results: { type: "string", default: "bench/results" },
  },
});
const [seconds, settlements, trades] = [Number(values.seconds), Number(values.settlements), Number(values.trades)];
const signers = values.signers.split(",").map(Number);
// Every trade of the webhooks has two accounts of its own, and the local chains have some for that many.
if (!within(seconds, 1, 600)) refuse("--seconds is a whole number from 1 to 600.");
if (!within(settlements, 1, 9)) refuse("--settlements is a whole number from 1 to 9.");
if (!within(trades, 10, 10_000)) refuse("--trades is a whole number from 10 to 10000.");
if (!signers.every((count) => within(count, 1, MOST_SIGNERS))) {
  refuse(`--signers are whole numbers from 1 to ${MOST_SIGNERS}, with commas between them.`);
}

const say = (text: string) => process.stdout.write(`${text}\n`);
const benches: Record<string, { of: string[]; measure: () => Promise<Report> }> = {
  api: { of: ["api", "packages"], measure: () => measureApi(seconds, settlements, say) },
  relayer: { of: ["relayer", "packages"], measure: () => measureRelayer({ seconds, trades, signers }, say) },
};
const unknown = positionals.find((name) => !(name in benches));
// Before the first one takes its minutes.
if (unknown !== undefined) refuse(`There is no bench ${unknown}: ${Object.keys(benches).join(" or ")}.`);
const chosen = Object.entries(benches).filter(([name]) => positionals.length === 0 || positionals.includes(name));
for (const [name, bench] of chosen) {
  const { targets, figures } = await bench.measure();
  const commit = measuredCommit(...bench.of);
  const machine = { cpus: cpus().length, model: cpus()[0]?.model, memory: totalmem(), node: process.version };
  const report = { at: new Date().toISOString(), commit, machine, targets, ...figures };
  mkdirSync(values.results, { recursive: true });
  writeFileSync(join(values.results, `${name}.json`), `${JSON.stringify(report, undefined, 2)}\n`);
  for (const { name: what, measured, rule, limit, met } of targets) {
    say(`${met ? "met   " : "MISSED"} ${what}: ${measured}, ${rule} ${limit}`);
  }
}
process.exit();

function within(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function refuse(text: string): void {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}
