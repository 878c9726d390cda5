import { contracts, type Step, type StepResult, steps } from "./check/steps.ts";
import { duration } from "./lib/duration.ts";
import { endWithSignals } from "./lib/execute.ts";
import { pool } from "./lib/pool.ts";

endWithSignals();
const started = performance.now();
const results = [
  await report(contracts),
  ...(await pool(
    2,
    steps().map((step) => () => report(step)),
  )),
];
const failed = results.filter(({ ok }) => !ok).length;
const verdict = failed === 0 ? "all hold" : `${failed} failed`;
process.stdout.write(`\n${results.length} checks in ${duration(performance.now() - started)}: ${verdict}\n`, () =>
  process.exit(failed === 0 ? 0 : 1),
);

async function report(step: Step): Promise<StepResult> {
  const from = performance.now();
  const result = await step.run();
  const line = `${result.ok ? "ok  " : "FAIL"} ${step.name} (${duration(performance.now() - from)})`;
  process.stdout.write(result.ok ? `${line}\n` : `${line}\n${result.output.trim()}\n`);
  return result;
}
