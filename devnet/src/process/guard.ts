import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/**
 * A process of its own that outlives this one by a few seconds: when this process ends without a word (kill -9), the guard
 * ends every process it was told about, the youngest first. So neither Postgres nor a chain is ever left behind.
 */

/** One order to the guard. */
export type GuardMessage =
  | { kind: "watch"; pid: number; signal: NodeJS.Signals; graceMs: number }
  | { kind: "release"; pid: number };

const watched = new Map<number, GuardMessage>();
let guard: ChildProcess | null = null;

/** Has the guard end `pid` with `signal` (SIGKILL after `graceMs`) should this process die first. */
export function watchOver(pid: number, signal: NodeJS.Signals, graceMs = 5_000): void {
  const message: GuardMessage = { kind: "watch", pid, signal, graceMs };
  watched.set(pid, message);
  if (guard?.connected) guard.send(message, () => {});
  else start();
}

/** The process ended in the ordinary way: the guard forgets it. The guard ends with the last one. */
export function release(pid: number): void {
  if (!watched.delete(pid)) return;
  if (guard?.connected) guard.send({ kind: "release", pid } satisfies GuardMessage, () => {});
  if (watched.size === 0 && guard !== null) {
    const idle = guard;
    guard = null;
    idle.disconnect();
  }
}

function start(): void {
  const child = fork(fileURLToPath(new URL("./guard-main.ts", import.meta.url)), {
    // Its own session: a Ctrl-C at the terminal reaches the world, which then ends everything in order.
    detached: true,
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    execArgv: ["--no-warnings"],
  });
  guard = child;
  child.on("error", () => {});
  child.on("exit", () => {
    if (guard !== child) return;
    guard = null;
    if (watched.size > 0) start();
  });
  for (const message of watched.values()) child.send(message, () => {});
  // It must not keep this process alive.
  child.unref();
  child.channel?.unref();
}
