import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { execute } from "../lib/execute.ts";
import type { TrialMessage } from "./trial-process.ts";

export type Outcome =
  | { killed: true; file: string; test: string }
  | { killed: false; durations: Record<string, number> };

const PROCESS = fileURLToPath(new URL("./trial-process.ts", import.meta.url));
const env = { ...process.env, NODE_ENV: "test", NODE_OPTIONS: "", FORCE_COLOR: "", NO_COLOR: "1" };

/** Runs the tests of a sandbox, each time in a new process that has loaded them ahead of time. */
export class Trials {
  readonly #sandbox: string;
  readonly #patterns: readonly string[];
  #next: Trial | undefined;

  constructor(sandbox: string, patterns: readonly string[]) {
    this.#sandbox = sandbox;
    this.#patterns = patterns;
  }

  /** Begins to load the tests, if that has not begun. */
  prepare(): Trial {
    this.#next ??= new Trial(this.#sandbox, this.#patterns);
    return this.#next;
  }

  /** Runs the files in this order until one test fails. What takes too long, or ends its process, counts as noticed. */
  async run(order: readonly string[], timeoutMs: number): Promise<Outcome> {
    const trial = this.prepare();
    this.#next = undefined;
    return trial.run(order, timeoutMs);
  }

  close(): void {
    this.#next?.close();
  }
}

class Trial {
  readonly #child: ChildProcess;
  readonly #ready: Promise<unknown>;

  constructor(sandbox: string, patterns: readonly string[]) {
    this.#child = fork(PROCESS, [...patterns], {
      cwd: sandbox,
      env,
      execArgv: [],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.#ready = Promise.race([once(this.#child, "message"), once(this.#child, "exit")]);
  }

  async run(order: readonly string[], timeoutMs: number): Promise<Outcome> {
    await this.#ready;
    const outcome = new Promise<Outcome>((resolve) => {
      const killed = (file: string, test: string) => resolve({ killed: true, file, test });
      const timer = setTimeout(() => killed("", "took too long"), timeoutMs);
      this.#child.on("message", (message: TrialMessage) => {
        if (message.event === "failed") killed(message.file, message.test);
        if (message.event === "passed") resolve({ killed: false, durations: message.durations });
      });
      this.#child.once("exit", () => {
        clearTimeout(timer);
        killed("", "ended the process");
      });
      if (this.#child.connected) this.#child.send(order);
      else killed("", "ended the process");
    });
    const result = await outcome;
    this.close();
    return result;
  }

  close(): void {
    this.#child.kill("SIGKILL");
  }
}

/** The tests that are written in Solidity, by the code that stands in the sandbox. */
export async function runSolidityTests(sandbox: string, timeoutMs: number): Promise<Outcome> {
  const run = await execute("hardhat", ["test", "solidity", "--no-compile"], { cwd: sandbox, env, timeoutMs });
  if (run.code === 0) return { killed: false, durations: {} };
  const failed = /^\s*(?:\d+\)|✗|×)\s*(.+)$/m.exec(run.output)?.[1]?.trim();
  return { killed: true, file: SOLIDITY, test: run.timedOut ? "took too long" : (failed ?? "ended with a failure") };
}

/** What stands for all tests written in Solidity where others have the name of a file. */
export const SOLIDITY = "test/invariants";
