#!/usr/bin/env node
// What Slither takes for a native solc: the compiler of npm, asked for syntax trees and interfaces alone. Slither reads no bytecode, and
// making it would take the optimizer minutes. Plain JavaScript, because Slither starts it on whatever Node is there.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const solc = createRequire(import.meta.url)("solc");
const args = process.argv.slice(2);

if (args.includes("--version")) {
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`);
  process.exit(0);
}
const file = args.find((arg) => arg.endsWith(".sol"));
if (file === undefined || !args.includes("--combined-json")) {
  process.stderr.write("This answers --version and --combined-json, which is what Slither asks.\n");
  process.exit(1);
}

const input = {
  language: "Solidity",
  sources: { [file]: { content: readFileSync(file, "utf8") } },
  settings: {
    evmVersion: "cancun",
    remappings: args.filter((arg) => arg.includes("=")),
    outputSelection: { "*": { "*": ["abi"], "": ["ast"] } },
  },
};
const output = JSON.parse(
  solc.compile(JSON.stringify(input), { import: (path) => ({ contents: readFileSync(path, "utf8") }) }),
);
const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
for (const { formattedMessage } of errors) process.stderr.write(`${formattedMessage}\n`);
if (errors.length > 0) process.exit(1);

const contracts = Object.entries(output.contracts).flatMap(([source, byName]) =>
  Object.entries(byName).map(([name, { abi }]) => [
    `${source}:${name}`,
    { abi, bin: "", "bin-runtime": "", srcmap: "", "srcmap-runtime": "", userdoc: {}, devdoc: {}, hashes: {} },
  ]),
);
process.stdout.write(
  JSON.stringify({
    contracts: Object.fromEntries(contracts),
    sourceList: Object.keys(output.sources),
    sources: Object.fromEntries(Object.entries(output.sources).map(([name, { ast }]) => [name, { AST: ast }])),
    version: solc.version(),
  }),
);
