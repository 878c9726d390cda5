import { type ChildProcess, spawn } from "node:child_process";
import { root } from "../../../scripts/lib/root.ts";

export interface Run {
  child: ChildProcess;
  ended: Promise<Outcome>;
}

export interface Outcome {
  /** Null after a signal. */
  code: number | null;
  /** Everything it printed, on both streams. */
  output: string;
}

/** Starts one of the operator's commands, with nothing in the environment but what it is told to have there. */
export function start(command: string, args: string[], env: Record<string, string>): Run {
  const { PATH, HOME } = process.env;
  const child = spawn(command, args, { cwd: root, env: { PATH, HOME, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<Outcome>((resolve) => child.once("close", (code) => resolve({ code, output })));
  return { child, ended };
}
