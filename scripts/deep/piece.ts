import { writeFileSync } from "node:fs";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { SolidityTestProfileUserConfig } from "hardhat/types/test";
import config from "../../hardhat.config.ts";

/** Of a test's result what this needs; the runner types it by a package of its own. */
interface TestResult {
  status: string;
  kind: { runs: bigint; calls?: bigint; reverts?: bigint };
}

// One piece of the long campaign, in a process of its own: node scripts/deep/piece.ts <seed> <runs> <depth> <folder> <result>
const [seed = "", runs = "", depth = "", folder = "", result = ""] = process.argv.slice(2);

const base = config.test?.solidity as SolidityTestProfileUserConfig;
const hre = await createHardhatRuntimeEnvironment({
  ...config,
  test: {
    solidity: {
      fsPermissions: { ...base.fsPermissions, dangerouslyReadWriteDirectory: [folder] },
      fuzz: { seed },
      invariant: { ...base.invariant, runs: Number(runs), depth: Number(depth) },
    },
  },
});
const task = hre.tasks.getTask(["test", "solidity"]);
const outcome = await task.run({
  testFiles: ["test/invariants/Protocol.t.sol"],
  grep: "invariant_everyPromise",
  noCompile: true,
});
const { suiteResults } = outcome.success ? outcome.value : outcome.error;
const test = suiteResults.flatMap((suite: { testResults: readonly TestResult[] }) => suite.testResults)[0];
if (test?.kind.reverts === undefined) throw new Error("The campaign was not found.");
const { runs: ran, calls, reverts } = test.kind;
writeFileSync(
  result,
  JSON.stringify({ status: test.status, runs: Number(ran), calls: Number(calls), reverts: Number(reverts) }),
);
process.exit(outcome.success ? 0 : 1);
