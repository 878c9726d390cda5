import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startWorld, type World } from "../../devnet/src/world.ts";

/** Limits that no campaign reaches. */
const PER_MINUTE = "60000";

/** A world on ports of its own. `stop` removes its folder, unless something failed: then it says where the logs are. */
export async function startChaosWorld(): Promise<{ world: World; stop: (failed: boolean) => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), "keystone-chaos-"));
  // As root PostgreSQL runs under another account, which has to reach its files.
  await chmod(dir, 0o755);
  const env = { RATE_LIMIT_PER_MINUTE: PER_MINUTE, RATE_LIMIT_ANONYMOUS_PER_MINUTE: PER_MINUTE };
  const world = await startWorld({ dir, ports: "free", env });
  return {
    world,
    stop: async (failed) => {
      await world.stop();
      if (failed) console.log(`What the processes said is kept in ${join(dir, "logs")}.`);
      else await rm(dir, { recursive: true, force: true });
    },
  };
}
