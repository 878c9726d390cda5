import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DevnetError } from "../errors.ts";
import { isAlive, startMark } from "./identity.ts";
import { stopProcess } from "./stop.ts";

interface ProcessId {
  pid: number;
  mark: string | null;
}

/** One world in one folder. */
export interface WorldLock {
  /** Remembers which processes to end should this one and its guard both be killed. */
  remember: (pids: number[]) => void;
  release: () => void;
}

/**
 * Takes a folder for this process, and ends what a world that was killed has left running there.
 *
 * @throws DevnetError WorldRunning when another living process has it.
 */
export async function lockFolder(dir: string): Promise<WorldLock> {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, "world.lock");
  const leftovers = join(dir, "processes.json");
  const own = JSON.stringify(identify(process.pid));
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(file, own, { flag: "wx" });
      break;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST" || attempt > 10) throw cause;
      const holder = read<ProcessId>(file);
      if (holder !== null && isSame(holder)) {
        const advice = "Stop it first, or give this one a folder of its own with KEYSTONE_DIR.";
        throw new DevnetError("WorldRunning", `Process ${holder.pid} runs a world in ${dir} already. ${advice}`, {
          cause,
        });
      }
      rmSync(file, { force: true });
    }
  }
  for (const left of (read<ProcessId[]>(leftovers) ?? []).reverse()) {
    // Where the operating system tells no start time, a process id alone is not enough to end somebody by.
    if (left.mark !== null && isSame(left)) await stopProcess(left.pid, "SIGTERM", 3_000);
  }
  return {
    remember: (pids) => writeFileSync(leftovers, JSON.stringify(pids.map(identify))),
    release: () => {
      rmSync(leftovers, { force: true });
      if (existsSync(file) && readFileSync(file, "utf8") === own) rmSync(file);
    },
  };
}

function identify(pid: number): ProcessId {
  return { pid, mark: startMark(pid) };
}

function isSame({ pid, mark }: ProcessId): boolean {
  return isAlive(pid) && startMark(pid) === mark;
}

function read<T>(file: string): T | null {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}
