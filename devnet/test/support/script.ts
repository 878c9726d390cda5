import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The folder of the sources, for `import` lines in scripts. */
const SOURCES = new URL("../../src/", import.meta.url).href;

export interface Script {
  child: ChildProcess;
  pid: number;
  /** Everything it printed so far, line by line. */
  lines: string[];
  /** Resolves to the exit code, null after a signal. */
  ended: Promise<number | null>;
}

/** Runs a program of its own: a module given as text, in which `SOURCES` stands for the folder of the sources. */
export function runScript(text: string, env: Record<string, string> = {}): Script {
  const code = text.replaceAll("SOURCES/", SOURCES);
  const child = spawn(process.execPath, ["--no-warnings", "--input-type=module-typescript", "-e", code], {
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on("line", (line) => lines.push(line));
  const ended = new Promise<number | null>((resolve) => child.once("close", (exitCode) => resolve(exitCode)));
  return { child, pid: child.pid as number, lines, ended };
}
