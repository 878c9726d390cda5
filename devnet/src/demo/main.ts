import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { worldOptionsFrom } from "../world/options.ts";
import { startWorld } from "../world.ts";
import { announce } from "./announce.ts";
import { runDemo } from "./run.ts";
import { renderTable } from "./table.ts";

const abort = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => abort.abort());

process.exitCode = await demo().catch((error: unknown) => {
  console.error(`\n${error instanceof Error ? error.message : error}`);
  return 1;
});

/** Starts the world, plays the demo in it, and ends it again. Resolves to the exit code. */
async function demo(): Promise<number> {
  const tell = announce();
  const options = worldOptionsFrom(process.env);
  // A report of an earlier run must not pass for one of this run.
  rmSync(join(options.dir, "demo.json"), { force: true });
  const world = await startWorld({
    ...options,
    signal: abort.signal,
    onProgress: (text) => tell({ scenario: "world", text }),
  });
  try {
    const result = await runDemo(world, { startedAt: world.startedAt, onProgress: tell });
    writeReport(join(world.dir, "demo.json"), result.report);
    console.log(`\n${renderTable(result)}\n\nDetails: ${join(world.dir, "demo.json")}`);
    return result.report.ok ? 0 : 1;
  } finally {
    await world.stop();
  }
}

/** In one go: nobody ever reads half of it. */
function writeReport(file: string, report: object): void {
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(report, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}
