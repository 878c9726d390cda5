import { randomInt } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { runCampaign } from "../test/chaos/campaign.ts";
import { type CampaignReport, together } from "../test/chaos/report.ts";
import { startChaosWorld } from "../test/chaos/world.ts";
import { buildContracts } from "./lib/build.ts";
import { measuredCommit } from "./lib/commit.ts";
import { root } from "./lib/root.ts";

// Everything goes wrong while trades are played: npm run test:chaos -- --trades 1000 --width 24 --seed 7 --json file
const { values } = parseArgs({
  args: process.argv.slice(2).filter((word) => word !== "--"),
  options: {
    trades: { type: "string", default: "1000" },
    width: { type: "string", default: "24" },
    seed: { type: "string", default: String(randomInt(2 ** 31)) },
    json: { type: "string", default: join(root, "bench/results/chaos.json") },
  },
});
const [trades, width, seed] = [Number(values.trades), Number(values.width), Number(values.seed)];
if (![trades, width].every((number) => Number.isInteger(number) && number > 0) || !Number.isInteger(seed) || seed < 0) {
  process.stderr.write("--trades and --width are whole numbers above zero, --seed is one from zero on.\n");
  process.exit(1);
}
/** Trades in one world: a local node keeps all that it ever did in its memory, and stops for ever longer to write it down. */
const ROUND = 250;
const say = (text: string) => process.stdout.write(`${text}\n`);

const build = await buildContracts(() => say("Compiling the contracts ..."));
if (build.code !== 0) {
  process.stderr.write(build.output);
  process.exit(1);
}
say(`${trades} trades, ${width} at a time, from seed ${seed}`);
const reports: CampaignReport[] = [];
for (let left = trades; left > 0; left -= ROUND)
  reports.push(await round(seed + reports.length * 1000, Math.min(left, ROUND)));
const report = together(reports as [CampaignReport, ...CampaignReport[]]);
const record = { at: new Date().toISOString(), commit: measuredCommit("."), width, ...report };
mkdirSync(dirname(resolve(values.json)), { recursive: true });
writeFileSync(values.json, `${JSON.stringify(record, undefined, 2)}\n`);
for (const problem of report.problems) say(problem);
const { settlements, lost, doubled, seconds } = report;
say(`${settlements} settlements in ${seconds} s: ${lost} lost, ${doubled} doubled, ${report.problems.length} problems`);
process.exit(report.problems.length === 0 ? 0 : 1);

async function round(seed: number, trades: number): Promise<CampaignReport> {
  const { world, stop } = await startChaosWorld(say);
  const onSignal = () => void stop(false).then(() => process.exit(1));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, onSignal);
  let failed = true;
  try {
    const { report } = await runCampaign(world, { seed, trades, width, onProgress: say });
    failed = report.problems.length > 0;
    return report;
  } finally {
    await stop(failed);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, onSignal);
  }
}
