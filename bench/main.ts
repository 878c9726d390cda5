import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { measuredCommit } from "../scripts/lib/commit.ts";
import { measureReads } from "./api/reads.ts";
import { measureSubmissions } from "./api/submissions.ts";
import { BLOCK_MS, measureWebhooks } from "./api/webhooks.ts";
import { startBenchWorld } from "./api/world.ts";

// Measures the platform API against its targets, in one run: npm run bench -- --seconds 20 --settlements 9 --json file
const { values } = parseArgs({
  args: process.argv.slice(2).filter((word) => word !== "--"),
  options: {
    seconds: { type: "string", default: "20" },
    settlements: { type: "string", default: "9" },
    json: { type: "string", default: "bench/results/api.json" },
  },
});
const [seconds, settlements] = [Number(values.seconds), Number(values.settlements)];
// Every trade has two accounts of its own, and the local chains have some for that many.
if (!Number.isInteger(seconds) || seconds < 1 || !Number.isInteger(settlements) || settlements < 1 || settlements > 9) {
  process.stderr.write("--seconds is a whole number above zero, --settlements one from 1 to 9.\n");
  process.exit(1);
}

const ENVIRONMENTS = 50;
const say = (text: string) => process.stdout.write(`${text}\n`);

const bench = await startBenchWorld(ENVIRONMENTS, say);
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void bench.stop().then(() => process.exit(1)));
try {
  say(`Webhooks of ${settlements} settlements ...`);
  const webhooks = await measureWebhooks(bench.world, settlements);
  // From here on the API alone is measured: nobody settles what it takes.
  for (const name of ["relayer", "courier", "indexer", "worker"] as const) await bench.world.kill(name);
  say("Reads against bare Hono ...");
  const reads = await measureReads(bench, Math.max(1, Math.round(seconds / 5)));
  say("Submissions ...");
  const submissions = await measureSubmissions(bench, seconds);
  const targets = [
    target("read of one settlement, share of bare Hono", reads.one.ratio, 0.6, "at least"),
    target("page of 50, share of bare Hono", reads.page.ratio, 0.6, "at least"),
    target("p99 of a submission that waits, ms", submissions.waiting.p99, 50, "below"),
    target("p99 of a submission that matches, ms", submissions.matching.p99, 50, "below"),
    target("p50 of a webhook after finality, ms", webhooks.fromFinality.p50, 2 * BLOCK_MS, "below"),
  ];
  const commit = measuredCommit("api", "packages");
  const machine = { cpus: cpus().length, model: cpus()[0]?.model, memory: totalmem(), node: process.version };
  const report = { at: new Date().toISOString(), commit, machine, targets, reads, submissions, webhooks };
  mkdirSync(dirname(resolve(values.json)), { recursive: true });
  writeFileSync(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
  for (const { name, measured, rule, limit, met } of targets) {
    say(`${met ? "met   " : "MISSED"} ${name}: ${measured}, ${rule} ${limit}`);
  }
} finally {
  await bench.stop();
}
process.exit();

function target(name: string, measured: number, limit: number, rule: "at least" | "below") {
  return { name, measured, rule, limit, met: rule === "below" ? measured < limit : measured >= limit };
}
