import type { GuardMessage } from "./guard.ts";
import { startMark } from "./identity.ts";
import { stopProcess } from "./stop.ts";

const watched = new Map<number, { signal: NodeJS.Signals; graceMs: number; mark: string | null }>();

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

process.on("message", (message: GuardMessage) => {
  if (message.kind === "release") watched.delete(message.pid);
  else watched.set(message.pid, { signal: message.signal, graceMs: message.graceMs, mark: startMark(message.pid) });
});

process.on("disconnect", async () => {
  const youngestFirst = [...watched].reverse();
  // A chain writes nothing down itself: what it does from now on would be forgotten, so it ends before anybody believes it.
  const atOnce = youngestFirst.filter(([, { signal }]) => signal === "SIGKILL");
  const inOrder = youngestFirst.filter(([, { signal }]) => signal !== "SIGKILL");
  for (const [pid, { signal, graceMs, mark }] of [...atOnce, ...inOrder]) {
    // An id that was given to another process since is not ours to end.
    if (mark === startMark(pid)) await stopProcess(pid, signal, graceMs);
  }
  process.exit(0);
});
