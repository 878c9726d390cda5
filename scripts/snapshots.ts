import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./lib/root.ts";
import { compare } from "./snapshots/compare.ts";
import { compiledContracts, layouts, sizes } from "./snapshots/compiled.ts";
import { gas } from "./snapshots/gas.ts";
import { page } from "./snapshots/page.ts";

/**
 * What auditors compare from version to version: gas of whole transactions, sizes and storage layouts of the contracts.
 * Writes `test/snapshots/` and the page of them, `docs/gas.md`; with `--check` compares and writes nothing.
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
const text = page(snapshots["gas.json"], snapshots["sizes.json"]);
const path = join(root, "docs/gas.md");
if (!check) writeFileSync(path, text);
else if (readFileSync(path, "utf8") !== text) {
  differences += 1;
  console.error("docs/gas.md has other figures");
}
if (differences > 0) console.error('Where this is meant, write them anew: "npm run snapshots".');
process.exit(differences > 0 ? 1 : 0);
