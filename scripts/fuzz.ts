import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { measuredCommit } from "./lib/commit.ts";
import { root } from "./lib/root.ts";

// The deep profile of the requests that are generated from the document: npm run test:fuzz -- --requests 50000 --seed 7 --json file
const CAMPAIGN = join(root, "api/test/fuzz/document.test.ts");
const { values } = parseArgs({
  args: process.argv.slice(2).filter((word) => word !== "--"),
  options: {
    requests: { type: "string", default: "50000" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    json: { type: "string", default: join(root, "api/test/fuzz/results/deep.json") },
  },
});
const [requests, seed] = [Number(values.requests), Number(values.seed)];
if (!Number.isInteger(requests) || requests < 1 || !Number.isInteger(seed) || seed < 0 || seed >= 2 ** 31) {
  process.stderr.write("--requests is a whole number above zero, --seed one from 0 to 2147483647.\n");
  process.exit(1);
}
const child = spawn("mocha", ["--timeout", "0", CAMPAIGN], {
  cwd: root,
  stdio: "inherit",
  env: {
    ...process.env,
    KEYSTONE_FUZZ_REQUESTS: String(requests),
    KEYSTONE_FUZZ_SEED: String(seed),
    KEYSTONE_FUZZ_RESULT: resolve(values.json),
    KEYSTONE_FUZZ_COMMIT: measuredCommit("api", "packages"),
  },
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
const [code] = await once(child, "exit");
process.exitCode = code ?? 1;
