import { buildContracts } from "./lib/build.ts";
import { duration } from "./lib/duration.ts";
import { endWithSignals } from "./lib/execute.ts";

endWithSignals();
let slow = false;
const build = await buildContracts(() => {
  slow = true;
  process.stderr.write("Compiling the contracts (only when they have changed) ...\n");
});
if (build.code !== 0) {
  process.stderr.write(`${build.output}\nThe contracts do not compile; the reason is above.\n`);
  process.exit(1);
}
if (slow) process.stderr.write(`Compiled in ${duration(build.durationMs)}.\n`);
