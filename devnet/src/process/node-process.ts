import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { DevnetError } from "../errors.ts";
import { release, watchOver } from "./guard.ts";
import { stopProcess } from "./stop.ts";
import type { Running } from "./supervisor.ts";

export interface NodeProcess {
  name: string;
  /** Path of the script, and its arguments. */
  command: string[];
  cwd: string;
  /** On top of this process' own environment. */
  env: Record<string, string>;
  /** Gets everything it prints. */
  logFile: string;
  /** Answers 200 when it is ready. */
  readyUrl: string;
}

const READY_WITHIN_MS = 90_000;
const GRACE_MS = 10_000;

/**
 * Starts a process with this Node and waits until it is ready.
 *
 * @param signal Ends the waiting, and the process with it.
 * @throws DevnetError ProcessFailed with what it said last, WorldStopped.
 */
export async function startNodeProcess(options: NodeProcess, signal?: AbortSignal): Promise<Running> {
  const { name, readyUrl } = options;
  const child = launch(options);
  let over = false;
  const exited = new Promise<void>((done) => child.once("exit", () => done()).once("error", () => done())).then(() => {
    over = true;
    if (child.pid !== undefined) release(child.pid);
  });
  const pid = child.pid;
  if (pid === undefined) throw new DevnetError("ProcessFailed", `${name} could not be started.`);
  const stop = () => stopProcess(pid, "SIGTERM", GRACE_MS).then(() => exited);
  const deadline = performance.now() + READY_WITHIN_MS;
  while (!(await answers(readyUrl))) {
    if (over) {
      throw new DevnetError("ProcessFailed", `${name} ended before it was ready. ${lastWords(options.logFile)}`);
    }
    if (signal?.aborted) {
      await stop();
      throw new DevnetError("WorldStopped", `${name} was stopped before it was ready.`);
    }
    if (performance.now() > deadline) {
      await stop();
      throw new DevnetError(
        "ProcessFailed",
        `${name} is not ready after ${READY_WITHIN_MS / 1000} s. ${lastWords(options.logFile)}`,
      );
    }
    await sleep(50);
  }
  return { pid, exited, stop };
}

/** Runs a script to its end. @throws DevnetError ProcessFailed when it fails. */
export async function runNodeScript(options: Omit<NodeProcess, "readyUrl">): Promise<void> {
  const child = launch(options);
  const code = await new Promise<number | null>((done) => child.once("exit", done).once("error", () => done(null)));
  if (child.pid !== undefined) release(child.pid);
  if (code !== 0) throw new DevnetError("ProcessFailed", `${options.name} failed. ${lastWords(options.logFile)}`);
}

function launch({ command, cwd, env, logFile }: Omit<NodeProcess, "readyUrl">) {
  const log = openSync(logFile, "a");
  const child = spawn(process.execPath, ["--no-warnings", ...command], {
    cwd,
    env: { ...process.env, ...env },
    // Its own session: a Ctrl-C at the terminal reaches the world, which then ends everything in order.
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  if (child.pid !== undefined) watchOver(child.pid, "SIGTERM", GRACE_MS);
  return child;
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

function lastWords(logFile: string): string {
  const lines = readFileSync(logFile, "utf8").trim().split("\n").slice(-3).join("\n");
  return `${logFile} ends with:\n${lines}`;
}
