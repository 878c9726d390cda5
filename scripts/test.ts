import { startThrowAwayPostgres } from "../test/support/postgres.ts";
import { buildContracts } from "./lib/build.ts";
import { duration } from "./lib/duration.ts";
import { endWithSignals } from "./lib/execute.ts";
import { runAll } from "./test-runner/queue.ts";
import type { SuiteResult } from "./test-runner/result.ts";
import { type Progress, runSuite } from "./test-runner/run-suite.ts";
import { orphans, type Suite, selectSuites, suites } from "./test-runner/suites.ts";

// Two at a time: written for machines with two cores, and reproducible on larger ones.
const WIDTH = 2;

endWithSignals();
const started = performance.now();
const words = process.argv.slice(2).filter((word) => word !== "--");
const chosen = selectSuites(words);
if (chosen.length === 0) {
  process.stderr.write(
    `No suite is called ${words.join(" or ")}. There are: ${suites.map((s) => s.name).join(", ")}.\n`,
  );
  process.exit(1);
}

const results: SuiteResult[] = [];
const running = new Map<string, Progress>();
let shown = "";
const heartbeat = setInterval(tellProgress, process.stdout.isTTY ? 1_000 : 20_000);

const forgotten = orphans();
if (forgotten.length > 0 && words.length === 0) {
  note({ name: "suites", passed: 0, failed: 1, problems: [`No suite runs ${forgotten.join(", ")}.`], durationMs: 0 });
}

const build = buildContracts(() => say("Compiling the contracts ...")).then(({ code, output, durationMs }) => {
  if (code !== 0) note({ name: "build", passed: 0, failed: 1, problems: [output], durationMs });
});
const database = process.env.TEST_DATABASE_URL
  ? { url: process.env.TEST_DATABASE_URL, stop: async () => {} }
  : await startThrowAwayPostgres();
const env = { TEST_DATABASE_URL: database.url, FORCE_COLOR: undefined, NODE_OPTIONS: undefined };

await runAll(WIDTH, chosen, build, runAndNote);
clearInterval(heartbeat);
await database.stop();

for (const { name, problems } of results) {
  for (const problem of problems) say(`\n${name}: ${problem}`);
}
const passed = sum((result) => result.passed);
const failed = sum((result) => result.failed);
say(`\n${results.length} suites in ${duration(performance.now() - started)}`);
process.exitCode = failed === 0 ? 0 : 1;
process.stdout.write(`${passed} passed, ${failed} failed\n`, () => process.exit());

async function runAndNote(suite: Suite): Promise<void> {
  running.set(suite.name, { done: 0, total: undefined, current: undefined });
  const result = await runSuite(suite, env, (progress) => running.set(suite.name, progress));
  running.delete(suite.name);
  note(result);
}

function note(result: SuiteResult): void {
  results.push(result);
  const failures = result.failed === 0 ? "" : `, ${result.failed} failed`;
  const mark = result.failed === 0 ? "ok  " : "FAIL";
  say(`${mark} ${result.name.padEnd(14)} ${result.passed} passed${failures} (${duration(result.durationMs)})`);
}

function tellProgress(): void {
  const parts = [...running].map(
    ([name, { done, total, current }]) => `${name} ${done}${total === undefined ? "" : `/${total}`} ${current ?? ""}`,
  );
  const line = `${duration(performance.now() - started)}  ${parts.join(" | ")}`;
  if (!process.stdout.isTTY) return void process.stdout.write(`     ${line}\n`);
  shown = line.slice(0, (process.stdout.columns ?? 80) - 1);
  process.stdout.write(`\r\u001b[K${shown}`);
}

function say(text: string): void {
  process.stdout.write(`${shown === "" ? "" : "\r\u001b[K"}${text}\n`);
  shown = "";
}

function sum(count: (result: SuiteResult) => number): number {
  return results.reduce((total, result) => total + count(result), 0);
}
