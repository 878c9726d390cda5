import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./lib/root.ts";
import { compare } from "./snapshots/compare.ts";
import { compiledContracts, layouts, sizes } from "./snapshots/compiled.ts";
import { gas } from "./snapshots/gas.ts";

/**
 * What auditors compare from version to version: gas of whole transactions, sizes and storage layouts of the contracts.
 * Writes `test/snapshots/`; with `--check` compares and writes nothing.
 */
const folder = join(root, "test/snapshots");
const check = process.argv.includes("--check");
const contracts = compiledContracts();
const snapshots = {
  "sizes.json": sizes(contracts),
  "storage.json": layouts(contracts),
  "gas.json": await gas(),
};

let differences = 0;
for (const [name, now] of Object.entries(snapshots)) {
  const file = join(folder, name);
  if (!check) {
    writeFileSync(file, `${JSON.stringify(now, null, 2)}\n`);
    continue;
  }
  for (const line of compare(JSON.parse(readFileSync(file, "utf8")), now)) {
    differences += 1;
    console.error(`test/snapshots/${name}: ${line}`);
  }
}
if (differences > 0) console.error('Where this is meant, write them anew: "npm run snapshots".');
process.exit(differences > 0 ? 1 : 0);
