import { setTimeout as sleep } from "node:timers/promises";
import { rpc } from "../../devnet/src/chains/rpc.ts";
import type { ProcessName, World } from "../../devnet/src/world.ts";
import { type Disturbance, type Plan, SERVICES } from "./plan.ts";

/** How often each was done. */
export type Disturbed = Record<Disturbance["what"], number>;

/** Disturbs the world, one thing after the other, until it is told to end; then everything is whole again. */
export async function disturb(
  world: World,
  disturbances: Plan["disturbances"],
  signal: AbortSignal,
  tell: (text: string) => void,
): Promise<Disturbed> {
  const done: Disturbed = { kill: 0, freeze: 0, cut: 0, kill_node: 0, reorg: 0, messages: 0 };
  for (const { pauseSeconds, ...one } of disturbances) {
    await sleep(pauseSeconds * 1000, undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    tell(JSON.stringify(one));
    // A process that is on its way up cannot be disturbed now: the next thing is.
    await inflict(world, one).then(
      () => done[one.what]++,
      (error: Error) => tell(`not done: ${error.message}`),
    );
  }
  await until(() => world.faults({}));
  const nodes = world.chains.map(({ chainId }): ProcessName => `chain-${chainId}`);
  for (const name of [...nodes, ...SERVICES]) await world.ready(name);
  return done;
}

async function inflict(world: World, one: Disturbance): Promise<void> {
  switch (one.what) {
    case "kill":
      return world.crash(one.service);
    case "freeze":
      return freeze(world, one.service, one.seconds);
    case "cut":
      return freeze(world, nodeOf(world, one.chain), one.seconds);
    case "kill_node":
      // Otherwise it would come back with other blocks in place of those of a reorg, deeper than anybody promises, or not at all.
      await world.recorded(world.chains[one.chain]?.chainId as number);
      return world.crash(nodeOf(world, one.chain));
    case "reorg":
      await rpc(world.chains[one.chain]?.rpcUrl as string, "anvil_reorg", [one.depth, []]);
      return;
    case "messages": {
      const { drop, duplicate, reorder } = one;
      return world.faults({ drop, duplicate, reorder });
    }
  }
}

const nodeOf = (world: World, chain: 0 | 1): ProcessName => `chain-${world.chains[chain]?.chainId as number}`;

async function freeze(world: World, name: ProcessName, seconds: number): Promise<void> {
  const pid = world.pid(name);
  if (pid === null) throw new Error(`${name} is down`);
  process.kill(pid, "SIGSTOP");
  await sleep(seconds * 1000);
  process.kill(pid, "SIGCONT");
}

/** Until it succeeds: what it needs may be on its way up. */
async function until(work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await work();
    } catch {
      await sleep(500);
    }
  }
}
