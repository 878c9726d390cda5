import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startWorld, type World } from "../../../devnet/src/world.ts";

export type { World };

let shared: Promise<World> | undefined;

/** The world that all end-to-end tests of this process share: on ports of its own, in a folder of its own, gone at the end. */
export function sharedWorld(): Promise<World> {
  shared ??= startThrowAwayWorld();
  return shared;
}

async function startThrowAwayWorld(): Promise<World> {
  const dir = await mkdtemp(join(tmpdir(), "keystone-world-"));
  // As root PostgreSQL runs under another account, which has to reach its files.
  await chmod(dir, 0o755);
  return startWorld({ dir, ports: "free" });
}

function failed(suite: Mocha.Suite | undefined): boolean {
  if (suite === undefined) return false;
  return suite.tests.some((test) => test.state === "failed") || suite.suites.some(failed);
}

after(async function () {
  this.timeout(60_000);
  const world = await shared?.catch(() => undefined);
  if (world === undefined) return;
  await world.stop();
  if (failed(this.test?.parent)) console.log(`\n  What the processes said is kept in ${join(world.dir, "logs")}.`);
  else await rm(world.dir, { recursive: true, force: true });
});
