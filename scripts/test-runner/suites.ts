import { globSync } from "node:fs";
import { root } from "../lib/root.ts";

export interface Suite {
  /** What `npm test -- <name>` picks it by. */
  name: string;
  /** Which runner: mocha for everything in TypeScript, Hardhat's own for tests written in Solidity. */
  runner: "mocha" | "solidity";
  /** Globs from the root. */
  files: string[];
  /** After this time the suite is killed and counts as crashed. */
  timeoutMs: number;
  /** Needs the compiled contracts. */
  built: boolean;
}

const minutes = 60_000;
const mocha = (name: string, files: string | string[], limit = 5): Suite => ({
  name,
  runner: "mocha",
  files: [files].flat(),
  timeoutMs: limit * minutes,
  built: true,
});
/** Such that the build of a fresh clone need not be waited for. */
const unbuilt = (...suite: Parameters<typeof mocha>): Suite => ({ ...mocha(...suite), built: false });

/** Every suite of the repository. The long ones come first, so that two workers end at about the same time. */
export const suites: readonly Suite[] = [
  mocha("e2e", "test/e2e/*.test.ts", 20),
  mocha("chaos", "test/chaos/**/*.test.ts", 15),
  mocha("recovery", "test/e2e/recovery/*.test.ts", 15),
  {
    name: "invariants",
    runner: "solidity",
    files: ["test/invariants/**/*.sol"],
    timeoutMs: 8 * minutes,
    built: true,
  },
  mocha("contracts", "test/contracts/**/*.test.ts", 8),
  mocha("indexer", "indexer/test/**/*.test.ts"),
  mocha("relayer", "relayer/test/**/*.test.ts", 12),
  mocha("devnet", "devnet/test/**/*.test.ts", 12),
  mocha("deploy", "ignition/test/**/*.test.ts", 6),
  mocha("api", "api/test/**/*.test.ts", 15),
  unbuilt("model", "test/model/**/*.test.ts", 10),
  mocha("protocol", "packages/protocol/test/**/*.test.ts"),
  unbuilt("sdk", "packages/sdk/test/**/*.test.ts"),
  mocha("sandbox", "sandbox/test/**/*.test.ts"),
  unbuilt("store", "packages/store/test/**/*.test.ts"),
  unbuilt("telemetry", "packages/telemetry/test/**/*.test.ts"),
  mocha("architecture", "test/architecture/**/*.test.ts"),
  mocha("support", ["test/support/test/**/*.test.ts", "scripts/test/**/*.test.ts"]),
];

/** The files of a suite that exist, relative to the root and in a stable order. */
export function filesOf(suite: Suite): string[] {
  return suite.files.flatMap((pattern) => globSync(pattern, { cwd: root })).sort();
}

/** The suites whose name contains one of the words; all of them when there is none. */
export function selectSuites(words: readonly string[], all: readonly Suite[] = suites): Suite[] {
  if (words.length === 0) return [...all];
  return all.filter((suite) => words.some((word) => suite.name.includes(word)));
}

/** Test files that no suite would run: a test that nobody runs is worse than none. */
export function orphans(all: readonly Suite[] = suites): string[] {
  const run = new Set(all.flatMap(filesOf));
  const present = globSync(["**/*.test.ts", "**/*.t.sol"], {
    cwd: root,
    exclude: (entry) => /(^|\/)(node_modules|artifacts|cache|\.keystone|\.git)$/.test(entry.toString()),
  });
  return present.filter((file) => !run.has(file)).sort();
}
