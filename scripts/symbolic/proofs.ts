import { chmodSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, delimiter, join } from "node:path";
import { execute } from "../lib/execute.ts";
import type { Program } from "../mutation/program.ts";

export interface Finding {
  contract: string;
  /** With its parameters' types. */
  name: string;
  /** Whether no input there is makes an assertion fail. */
  holds: boolean;
}

interface Code {
  object: string;
}

interface Output {
  errors?: { severity: string; formattedMessage: string }[];
  sources: Record<string, { ast: unknown }>;
  contracts: Record<
    string,
    Record<
      string,
      {
        abi: unknown;
        metadata: string;
        storageLayout: unknown;
        evm: { bytecode: Code; deployedBytecode: Code; methodIdentifiers: unknown };
      }
    >
  >;
}

const PROOFS = "test/symbolic/*.proof.sol";
const MINUTES = 60_000;

/** Compiles the proofs as the contracts are compiled, into a folder that looks as Halmos expects it. */
export function compileProofs(root: string, program: Program, folder: string): void {
  const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };
  rmSync(folder, { recursive: true, force: true });
  for (const file of globSync(PROOFS, { cwd: root }).sort()) {
    const source = `project/${file}`;
    const own = Object.entries(program.sources).filter(([name]) => !/^project\/(test|devnet)\//.test(name));
    const sources = Object.fromEntries(own.map(([name, content]) => [name, { content }]));
    sources[source] = { content: readFileSync(join(root, file), "utf8") };
    const settings = { ...program.settings, outputSelection: { [source]: { "": ["ast"], "*": ["*"] } } };
    const output = JSON.parse(solc.compile(JSON.stringify({ language: "Solidity", sources, settings }))) as Output;
    const error = output.errors?.find(({ severity }) => severity === "error");
    if (error !== undefined) throw new Error(error.formattedMessage);
    for (const [name, { abi, metadata, storageLayout, evm }] of Object.entries(output.contracts[source] ?? {})) {
      const { bytecode, deployedBytecode, methodIdentifiers } = evm;
      const artifact = {
        id: 0,
        abi,
        bytecode: { ...bytecode, object: `0x${bytecode.object}` },
        deployedBytecode: { ...deployedBytecode, object: `0x${deployedBytecode.object}` },
        methodIdentifiers,
        metadata: JSON.parse(metadata),
        storageLayout,
        ast: output.sources[source]?.ast,
      };
      mkdirSync(join(folder, "out", basename(file)), { recursive: true });
      writeFileSync(join(folder, "out", basename(file), `${name}.json`), JSON.stringify(artifact));
    }
  }
}

/** Has Halmos judge every function of the proofs whose name begins so. @throws When Halmos cannot be run. */
export async function runHalmos(folder: string, prefix: string, say: (text: string) => void): Promise<Finding[]> {
  // Halmos has forge compile before it begins. Everything is compiled, so what it finds by that name has nothing to do.
  const tools = join(folder, "bin");
  mkdirSync(tools, { recursive: true });
  writeFileSync(join(tools, "forge"), "#!/bin/sh\nexit 0\n");
  chmodSync(join(tools, "forge"), 0o755);
  const report = join(folder, `${prefix}.json`);
  rmSync(report, { force: true });
  const run = await execute(
    "halmos",
    [
      "--root",
      folder,
      "--function",
      prefix,
      "--solver-timeout-assertion",
      "120s",
      "--json-output",
      report,
      "--no-status",
    ],
    { cwd: folder, timeoutMs: 20 * MINUTES, env: { PATH: `${tools}${delimiter}${process.env.PATH}` }, onOutput: say },
  );
  if (run.code === null || run.timedOut) throw new Error(run.output.slice(-2_000));
  const { test_results } = JSON.parse(readFileSync(report, "utf8")) as {
    test_results: Record<string, { name: string; exitcode: number; num_bounded_loops: number | null }[]>;
  };
  return Object.entries(test_results).flatMap(([contract, tests]) =>
    tests.map(({ name, exitcode, num_bounded_loops }) => {
      // 0 is a proof, 1 a counterexample; anything else is that it does not know.
      if (exitcode > 1) throw new Error(`Halmos left ${contract} ${name} undecided.`);
      // It calls a proof what it proved of the first rounds of a loop.
      if (exitcode === 0 && num_bounded_loops !== 0)
        throw new Error(`Halmos left loops of ${contract} ${name} unfinished.`);
      return { contract: contract.replace(/^.*:/, ""), name, holds: exitcode === 0 };
    }),
  );
}
