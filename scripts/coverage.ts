import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { differences, failuresIn, parseLcov, statementsIn, tableOf, type Unreached } from "./coverage/lcov.ts";
import { endWithSignals, execute } from "./lib/execute.ts";
import { root } from "./lib/root.ts";
import { Sandbox } from "./mutation/sandbox.ts";

/**
 * Which lines of the contracts the contracts' tests reach: all, but for those listed with a reason. A line counts only if every statement on
 * it was reached. Hardhat marks every statement, which costs gas and size: it lifts the limits of block, transaction and code meanwhile, and
 * the tests that hold the contracts to an amount of gas cannot pass. They are run like all others, and what they reach counts; only these
 * may fail. In a copy of the tree, because the marked code takes the artifacts' place.
 */
const MEASURES_GAS = [
  "decides whether the last deposit is made, never how much of what it entails",
  "records, decides and pays the largest trade, with its many legs away",
  "costs at most 60000 gas where it only records, as a whole transaction",
  "valid call, one thing broken: less than a record may need, though this one would need less",
];

endWithSignals();
const sandbox = new Sandbox(root, join(root, ".keystone/coverage"));
const run = await execute("hardhat", ["--coverage", "test", "mocha"], {
  cwd: sandbox.path,
  timeoutMs: 3_600_000,
  env: { NO_COLOR: "1" },
  onOutput: (text) => process.stdout.write(text),
});
const lcov = join(sandbox.path, "coverage/lcov.info");
if (run.timedOut || !existsSync(lcov)) {
  process.stdout.write("Nothing was measured: the tests did not run to their end.\n");
  process.exit(1);
}
const files = parseLcov(readFileSync(lcov, "utf8")).filter(({ file }) => file.startsWith("contracts/"));
const listed = JSON.parse(readFileSync(join(root, "test/coverage/unreached.json"), "utf8")) as Unreached[];
const lineOf = (file: string, line: number) => readFileSync(join(root, file), "utf8").split("\n")[line - 1] ?? "";
const faults = [
  ...failuresIn(run.output)
    .filter((title) => !MEASURES_GAS.includes(title))
    .map((title) => `Fails: ${title}`),
  ...MEASURES_GAS.filter((title) => !run.output.includes(title)).map(
    (title) => `May fail, but there is none: ${title}`,
  ),
  ...differences(files, listed, lineOf),
];
process.stdout.write(`${tableOf(files, statementsIn(run.output))}\n${listed.length} listed as unreachable.\n`);
for (const fault of faults) process.stdout.write(`${fault}\n`);
process.exit(faults.length === 0 && files.length > 0 ? 0 : 1);
