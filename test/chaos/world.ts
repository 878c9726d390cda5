import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address } from "viem";
import { localAccount, localPrivateKey, ROLE } from "../../devnet/src/keys.ts";
import { startWorld, type World } from "../../devnet/src/world.ts";

/** Limits that no campaign reaches. */
const PER_MINUTE = "60000";

/** The last account of the parties, which therefore trades with nobody. */
const SECOND_KEY = ROLE.faucet - 1;

/** Who pays for what the relayers send. */
export const GAS_KEYS = [localAccount("relayer").address, localAccount(SECOND_KEY).address];

/** Who trade, two by two. */
export function traders({ parties }: World): Address[] {
  return parties.filter((party) => !GAS_KEYS.includes(party));
}

/** A world on ports of its own, whose three relayers share two keys. `stop` removes its folder, unless something failed: then it says where the logs are. */
export async function startChaosWorld(
  onProgress?: (text: string) => void,
): Promise<{ world: World; stop: (failed: boolean) => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), "keystone-chaos-"));
  // As root PostgreSQL runs under another account, which has to reach its files.
  await chmod(dir, 0o755);
  const env = {
    RATE_LIMIT_PER_MINUTE: PER_MINUTE,
    RATE_LIMIT_ANONYMOUS_PER_MINUTE: PER_MINUTE,
    RELAYER_KEYS: "env:LOCAL_GAS_KEY,env:SECOND_GAS_KEY",
    SECOND_GAS_KEY: localPrivateKey(SECOND_KEY),
  };
  const world = await startWorld({ dir, ports: "free", relayers: 3, env, ...(onProgress && { onProgress }) });
  return {
    world,
    stop: async (failed) => {
      await world.stop();
      if (failed) console.log(`What the processes said is kept in ${join(dir, "logs")}.`);
      else await rm(dir, { recursive: true, force: true });
    },
  };
}
