import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { duration } from "./lib/duration.ts";
import { endWithSignals } from "./lib/execute.ts";
import { root } from "./lib/root.ts";
import { Bases } from "./mutation/bases.ts";
import { Compiler } from "./mutation/compiler.ts";
import { mutantsOf, sample } from "./mutation/mutants.ts";
import { Program, reachOf } from "./mutation/program.ts";
import { faultsOf, reportOf, type Survivor, tableOf } from "./mutation/report.ts";
import { type Result, State } from "./mutation/state.ts";
import { type Baseline, Tester } from "./mutation/tester.ts";

const USAGE = `Spoils the contracts in one place at a time and sees whether a test notices.

  --sample <n>     try so many, chosen by the seed; without it all, or 300 where all would take more than two hours
  --all            try all, however long it takes
  --only <text>    only mutants of files whose path contains the text; may be given several times
  --seed <n>       of the choice; 1 without it
  --workers <n>    how many at a time; as many as there are processors, but no more than two, without it
  --state <dir>    where results are kept, so that a run that was killed goes on; .keystone/mutation without it
  --json <file>    writes the report there
  --list           only says which mutants there are
`;
const DEFAULT_SAMPLE = 300;
const LONG_HOURS = 2;
/** What a mutant takes beside its compilation, on average. */
const TRIAL_SECONDS = 7;

endWithSignals();
const { values: options } = parseArgs({
  args: process.argv.slice(2).filter((word) => word !== "--"),
  options: {
    sample: { type: "string" },
    all: { type: "boolean", default: false },
    only: { type: "string", multiple: true, default: [""] },
    seed: { type: "string", default: "1" },
    workers: { type: "string", default: String(Math.min(2, cpus().length)) },
    state: { type: "string", default: ".keystone/mutation" },
    json: { type: "string" },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const say = (text: string) => process.stdout.write(`${text}\n`);
const number = (name: "sample" | "seed" | "workers", least: number) => {
  const value = Number(options[name]);
  if (Number.isSafeInteger(value) && value >= least) return value;
  process.stderr.write(`--${name} must be a whole number from ${least} on.\n\n${USAGE}`);
  return process.exit(1);
};
const seed = number("seed", 0);
const workers = number("workers", 1);
const folder = resolve(root, options.state);

const program = new Program(root);
const compiler = new Compiler();
const trees = await program.trees(compiler);
await compiler.close();
const all = mutantsOf(trees, program.sources);
const wanted = all.filter(({ file }) => options.only.some((text) => file.includes(text)));
if (options.list) {
  for (const { id, file, line, operator, code, change } of wanted)
    say(`${id} ${file}:${line} ${operator}: ${change}   in   ${code}`);
  process.exit(0);
}

const reach = reachOf(program.targets, trees);
const state = new State(join(folder, "results.jsonl"));
const tester = new Tester(root, folder, { program, reach, bases: new Bases(root, program.fingerprint()), state });
const baseline = await tester.baseline(say);
const tried = sample(wanted, sizeOfSample(baseline), seed);

const results = new Map<string, Result>();
for (const { id } of tried) {
  const known = state.last(id);
  if (tester.holds(known)) results.set(id, known);
}
if (results.size > 0) say(`${results.size} of ${tried.length} are known from before.`);
const begun = performance.now();
const before = results.size;
await tester.judge(tried, baseline, workers, (result) => {
  results.set(result.id, result);
  const passed = performance.now() - begun;
  const left = (passed / (results.size - before)) * (tried.length - results.size);
  const { file, line, change } = all.find(({ id }) => id === result.id) as (typeof all)[number];
  const by = result.status === "killed" ? ` by ${result.file || result.test}` : "";
  say(
    `${results.size}/${tried.length} ${result.status}${by}  ${file}:${line} ${change.slice(0, 80)}  (${duration(left)} left)`,
  );
});

const report = reportOf(all, tried, results, seed);
const list = join(root, "test/mutation/survivors.json");
const listed = existsSync(list) ? (JSON.parse(readFileSync(list, "utf8")) as Survivor[]) : [];
const faults = faultsOf(report, all, results, listed);
if (options.json !== undefined) writeFileSync(resolve(root, options.json), `${JSON.stringify(report, undefined, 2)}\n`);
say(`\n${tableOf(report)}`);
say(
  `${tried.length} of ${all.length} mutants were tried${tried.length < wanted.length ? `, chosen by seed ${seed}` : ""}.`,
);
for (const fault of faults) say(`\n${fault}`);
process.exit(faults.length === 0 ? 0 : 1);

function sizeOfSample({ seconds }: Baseline): number {
  if (options.sample !== undefined) return number("sample", 1);
  const perMutant = wanted.map((mutant) =>
    tester.affected(mutant, program.contracts).reduce((sum, { name }) => sum + (seconds[name] ?? 0), TRIAL_SECONDS),
  );
  const hours = perMutant.reduce((sum, one) => sum + one, 0) / workers / 3_600;
  if (options.all || hours <= LONG_HOURS || wanted.length <= DEFAULT_SAMPLE) return wanted.length;
  say(
    `All ${wanted.length} would take about ${hours.toFixed(1)} hours: a sample of ${DEFAULT_SAMPLE} is tried. --all tries all.`,
  );
  return DEFAULT_SAMPLE;
}
