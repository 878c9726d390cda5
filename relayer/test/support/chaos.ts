import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { localPrivateKey } from "../../../devnet/src/keys.ts";
import { loadSecrets } from "../../../devnet/src/world/secrets.ts";
import type { World } from "../../../devnet/src/world.ts";
import { startHolders } from "./holders.ts";

export interface Chaos {
  /** Everything the killed processes wrote. */
  logs: string[];
  /** What none of them may have told: keys, and what opens them. */
  secrets: string[];
  /** What was asked of the services that hold keys. */
  asked(): string[];
  /** Ends the relayers; returns how many were killed. */
  stop(): Promise<number>;
}

/**
 * Starts relayers of a world, with the keys of its own at several holders, and kills each with SIGKILL after it has said so many things;
 * then it is started again. What it says marks the moments between two steps, so every run ends it somewhere else.
 */
export async function startChaos(world: World, count: number): Promise<Chaos> {
  const keys = { gas: localPrivateKey("relayer"), attester: localPrivateKey("attester") };
  const holders = await startHolders(keys);
  const env = {
    ...process.env,
    DATABASE_URL: world.databaseUrl,
    DEPLOYMENTS_FILE: join(world.dir, "deployments.json"),
    ...Object.fromEntries(world.chains.map(({ chainId, rpcUrl }) => [`RPC_URLS_${chainId}`, rpcUrl])),
    SECRETS_KEY: loadSecrets(join(world.dir, "secrets.json")).secretsKey,
    SECRETS_KEY_ID: "local",
    SANCTIONS_LIST_DIR: new URL("../../lists", import.meta.url).pathname,
    RELAYER_PORT: "0",
    // What a killed one had is another's before it would have lost patience.
    SIGNER_LEASE_SECONDS: "2",
  };
  const logs: string[] = [];
  const running = new Set<ChildProcess>();
  let stopped = false;
  let kills = 0;
  const lane = async (lane: number) => {
    for (let life = 0; !stopped; life++) {
      const child = spawn(process.execPath, [new URL("../../src/main.ts", import.meta.url).pathname], {
        env: { ...env, ...holders.environments[lane % 2] },
        stdio: ["ignore", "pipe", "inherit"],
      });
      running.add(child);
      const exited = once(child, "exit");
      // 3, 4, 5, … lines: the first one only says that it has started.
      let lines = 4 + ((lane + life) % 3);
      for await (const line of createInterface({ input: child.stdout })) {
        logs.push(line);
        // Leases come first in every life, and may be all that there is of one.
        if (/the lease of a key/.test(line) || --lines > 0) continue;
        child.kill("SIGKILL");
        kills++;
        break;
      }
      await exited;
      running.delete(child);
    }
  };
  const lanes = Array.from({ length: count }, (_, index) => lane(index));
  return {
    logs,
    secrets: [...Object.values(keys), ...holders.secrets],
    asked: holders.asked,
    async stop() {
      stopped = true;
      for (const child of running) child.kill("SIGKILL");
      await Promise.all(lanes);
      await holders.stop();
      return kills;
    },
  };
}
