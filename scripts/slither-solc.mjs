#!/usr/bin/env node
// What Slither takes for a native solc: the compiler of npm, asked for syntax trees and interfaces alone. Slither reads no bytecode, and
// making it would take the optimizer minutes. Plain JavaScript, because it is started by whatever Node is there.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const solc = createRequire(import.meta.url)("solc");
const modules = join(dirname(dirname(fileURLToPath(import.meta.url))), "node_modules");

if (process.argv.includes("--version")) {
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`);
  process.exit(0);
}
if (!process.argv.includes("--standard-json")) {
  process.stderr.write("Only --standard-json: run Slither with --solc-standard-json.\n");
  process.exit(1);
}

const input = JSON.parse(readFileSync(0, "utf8"));
for (const [name, source] of Object.entries(input.sources)) {
  if (source.urls !== undefined) input.sources[name] = { content: readFileSync(source.urls[0], "utf8") };
}
input.settings.outputSelection = { "*": { "*": ["abi", "devdoc", "userdoc"], "": ["ast"] } };
input.settings.evmVersion = "cancun";
const contentsOf = (path) => {
  for (const file of [path, join(modules, path)]) {
    try {
      return { contents: readFileSync(file, "utf8") };
    } catch {
      // The next place.
    }
  }
  return { error: `${path} is nowhere.` };
};
const output = JSON.parse(solc.compile(JSON.stringify(input), { import: contentsOf }));
for (const contract of Object.values(output.contracts ?? {}).flatMap((byName) => Object.values(byName))) {
  const none = { object: "", opcodes: "", sourceMap: "", linkReferences: {} };
  contract.evm = { bytecode: none, deployedBytecode: none, methodIdentifiers: {} };
  contract.metadata = "";
}
process.stdout.write(JSON.stringify(output));
