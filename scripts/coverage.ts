import { readFileSync } from "node:fs";
import { join } from "node:path";
import { differences, failuresIn, parseLcov, type Unreached } from "./coverage/lcov.ts";
import { endWithSignals, execute } from "./lib/execute.ts";
import { root } from "./lib/root.ts";
import { Sandbox } from "./mutation/sandbox.ts";

/**
 * Which lines of the contracts the contracts' tests reach. Hardhat marks every statement, which costs gas and size: it lifts the limits of
 * block, transaction and code meanwhile, and the tests that hold the contracts to an amount of gas cannot pass. They are run like all
 * others, and what they reach counts; only these may fail.
 */
const MEASURES_GAS = [
  "decides whether the last deposit is made, never how much of what it entails",
  "records, decides and pays the largest trade, with its many legs away",
  "costs at most 60000 gas where it only records, as a whole transaction",
];

endWithSignals();
const sandbox = new Sandbox(root, join(root, ".keystone/coverage"));
const run = await execute("hardhat", ["--coverage", "test", "mocha"], {
  cwd: sandbox.path,
  timeoutMs: 3_600_000,
  env: { NO_COLOR: "1" },
  onOutput: (text) => process.stdout.write(text),
});
const files = parseLcov(readFileSync(join(sandbox.path, "coverage/lcov.info"), "utf8")).filter(({ file }) =>
  file.startsWith("contracts/"),
);
const listed = JSON.parse(readFileSync(join(root, "test/coverage/unreached.json"), "utf8")) as Unreached[];
const lineOf = (file: string, line: number) => readFileSync(join(root, file), "utf8").split("\n")[line - 1] ?? "";
const faults = [
  ...failuresIn(run.output)
    .filter((title) => !MEASURES_GAS.includes(title))
    .map((title) => `Fails: ${title}`),
  ...differences(files, listed, lineOf),
];
const lines = files.reduce((sum, { lines: count }) => sum + count, 0);
const unreached = files.reduce((sum, { unreached: missing }) => sum + missing.length, 0);
process.stdout.write(
  `${files.length} files, ${lines - unreached} of ${lines} lines reached, ${listed.length} listed as unreachable.\n${faults.join("\n")}\n`,
);
process.exit(faults.length === 0 && files.length > 0 ? 0 : 1);
