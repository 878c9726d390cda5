import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { buildContracts } from "../lib/build.ts";
import { execute } from "../lib/execute.ts";
import { root } from "../lib/root.ts";
import { compilerWarnings } from "./compiler-warnings.ts";

export interface StepResult {
  ok: boolean;
  /** Printed when it is not. */
  output: string;
}

export interface Step {
  name: string;
  run: () => Promise<StepResult>;
}

const TIMEOUT_MS = 300_000;

const command = (name: string, ...line: [string, ...string[]]): Step => ({
  name,
  run: async () => {
    const [program, ...args] = line;
    const { code, output, timedOut } = await execute(program, args, { cwd: root, timeoutMs: TIMEOUT_MS });
    return { ok: code === 0, output: timedOut ? `${output}\nIt did not end within ${TIMEOUT_MS / 1_000} s.` : output };
  },
});

/** Comes first: types and generated files are made from the artifacts. */
export const contracts: Step = {
  name: "contracts compile without a warning",
  run: async () => {
    const build = await buildContracts();
    if (build.code !== 0) return { ok: false, output: build.output };
    const warnings = compilerWarnings(join(root, "artifacts"));
    return { ok: warnings.length === 0, output: warnings.join("\n\n") };
  },
};

/** Everything else that must hold of the sources as they lie. */
export function steps(): Step[] {
  return [
    command("types", "tsc", "--noEmit", "-p", "tsconfig.json"),
    ...ownProjects().map((project) => command(`types of ${project}`, "tsc", "--noEmit", "-p", project)),
    command("format and lint", "biome", "ci", "--colors=off", "."),
    command("no unused code", "knip", "--no-progress"),
    command("layering", "mocha", "--forbid-only", "--forbid-pending", "test/architecture/**/*.test.ts"),
    command("gas, sizes and storage layouts are as recorded", "node", "scripts/snapshots.ts", "--check"),
    command("generated ABIs are fresh", "node", "packages/protocol/scripts/generate-abi.ts", "--check"),
    command("generated init codes are fresh", "node", "packages/protocol/scripts/generate-init-code.ts", "--check"),
    command("generated test vectors are fresh", "node", "packages/protocol/scripts/generate-vectors.ts", "--check"),
    command("generated OpenAPI document is fresh", "node", "api/scripts/openapi.ts", "--check"),
    command("generated types and tables of the SDK are fresh", "node", "packages/sdk/scripts/generate.ts", "--check"),
    command("generated Postman files are fresh", "node", "api/scripts/postman.ts", "--check"),
  ];
}

/** Packages whose types need other settings than the root's: those that have a tsconfig.json of their own. */
function ownProjects(): string[] {
  return globSync("{packages/*,indexer,relayer,api,sandbox,devnet}", { cwd: root })
    .filter((folder) => existsSync(join(root, folder, "tsconfig.json")))
    .sort();
}
