import { spawn } from "node:child_process";

export interface ExecuteOptions {
  cwd?: string;
  env?: Record<string, string | undefined>;
  /** After this time the command and everything it started are killed. */
  timeoutMs?: number;
  /** Aborting it kills the command as its time limit would. */
  signal?: AbortSignal;
  /** Called with each piece of output as it comes. */
  onOutput?: (text: string) => void;
}

export interface Execution {
  /** Null when the command could not be started or was killed. */
  code: number | null;
  /** Standard output and standard error, in the order they came. */
  output: string;
  timedOut: boolean;
  durationMs: number;
}

const live = new Set<number>();

/** Runs a command in a process group of its own, which ends with it, with its time limit, or with this process. Never throws. */
export function execute(command: string, args: string[], options: ExecuteOptions = {}): Promise<Execution> {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const group = child.pid;
    if (group !== undefined) live.add(group);
    let output = "";
    let timedOut = false;
    const collect = (chunk: Buffer) => {
      const text = chunk.toString("utf8");
      output += text;
      options.onOutput?.(text);
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    const kill = () => {
      timedOut = true;
      killGroup(group);
    };
    const timer = options.timeoutMs === undefined ? undefined : setTimeout(kill, options.timeoutMs);
    options.signal?.addEventListener("abort", kill, { once: true });
    const settle = (code: number | null) => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", kill);
      killGroup(group);
      resolve({ code, output, timedOut, durationMs: performance.now() - started });
    };
    child.on("error", (error) => {
      output += `${command}: ${error.message}\n`;
      settle(null);
    });
    // A grandchild that was left behind keeps the pipes open: what counts is the command itself.
    child.on("exit", (code) => setTimeout(() => settle(code), 50));
  });
}

/** Kills everything that is still running; for the handler of a signal. */
function killAll(): void {
  for (const group of live) killGroup(group);
}

function killGroup(group: number | undefined): void {
  if (group === undefined) return;
  live.delete(group);
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // Nothing of it is left.
  }
}

/** Ends all commands when this process is told to end, and then ends it the way the signal would have. */
export function endWithSignals(): void {
  for (const [signal, number] of [
    ["SIGINT", 2],
    ["SIGTERM", 15],
    ["SIGHUP", 1],
  ] as const) {
    process.once(signal, () => {
      killAll();
      process.exit(128 + number);
    });
  }
}
