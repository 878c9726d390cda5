import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "./identity.ts";

/**
 * Ends a process: the given signal first, SIGKILL when it has not obeyed after `graceMs`. Returns once it is gone.
 * A process that is gone already is fine.
 */
export async function stopProcess(pid: number, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  if (!send(pid, signal)) return;
  if (await gone(pid, graceMs)) return;
  send(pid, "SIGKILL");
  await gone(pid, 5_000);
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

async function gone(pid: number, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (isAlive(pid)) {
    if (performance.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}
