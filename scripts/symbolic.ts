import { join } from "node:path";
import { endWithSignals, execute } from "./lib/execute.ts";
import { root } from "./lib/root.ts";
import { Program } from "./mutation/program.ts";
import { compileProofs, runHalmos } from "./symbolic/proofs.ts";

/** Every input there is, not some: proves on the compiled contracts what `test/symbolic` asserts of them. Needs Halmos, which is Python. */
const HALMOS = "0.3.3";

endWithSignals();
const say = (text: string) => process.stdout.write(text);
const version = await execute("halmos", ["--version"]);
if (!version.output.includes(HALMOS)) {
  process.stderr.write(`Halmos ${HALMOS} is needed on the PATH: python3 -m pip install halmos==${HALMOS}\n`);
  process.exit(1);
}
const folder = join(root, ".keystone/symbolic");
compileProofs(root, new Program(root), folder);
const proved = await runHalmos(folder, "check_", say);
const refuted = await runHalmos(folder, "refute_", say);
const wrong = [
  ...proved.filter(({ holds }) => !holds).map(({ contract, name }) => `${contract} ${name} does not hold.`),
  // What must fail fails only if the inputs that matter are among those that are looked at.
  ...refuted.filter(({ holds }) => holds).map(({ contract, name }) => `${contract} ${name} holds, and should not.`),
];
if (proved.length === 0 || refuted.length === 0) wrong.push("Nothing was looked at.");
say(`\n${proved.length} proofs, ${refuted.length} refutations.\n${wrong.join("\n")}\n`);
process.exit(wrong.length === 0 ? 0 : 1);
