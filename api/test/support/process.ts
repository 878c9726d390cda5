import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export interface StartedProcess {
  child: ChildProcess;
  /** What it has printed. */
  lines: string[];
  /** Its exit code; null when a signal ended it. */
  exited: Promise<number | null>;
  /** Resolves to the first line that contains this. */
  line(part: string): Promise<string>;
}

/** Starts a process and gathers what it prints, line by line. */
export function startProcess(script: string, env: Record<string, string>): StartedProcess {
  const child = spawn(process.execPath, ["--no-warnings", script], { env, stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  const heard: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      lines.push(...text.split("\n").filter((line) => line !== ""));
      for (const listener of heard) listener();
    });
  }
  const exited = once(child, "close").then(([code]) => code as number | null);
  const line = (part: string) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = lines.find((each) => each.includes(part));
        if (found !== undefined) resolve(found);
      };
      heard.push(look);
      look();
      void exited.then(() => reject(new Error(`ended without "${part}": ${lines.join("\n")}`)));
    });
  return { child, lines, exited, line };
}
