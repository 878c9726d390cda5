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

const OWN = /^(RPC_URL_\d+|DEPLOYER_PRIVATE_KEY)$/;

/** Starts one of the operator's commands. What the commands read from the environment is there only if it is given here. */
export function start(command: string, args: string[], env: Record<string, string>): Run {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OWN.test(name)));
  const child = spawn(command, args, { cwd: root, env: { ...inherited, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<Outcome>((resolve) => child.once("close", (code) => resolve({ code, output })));
  return { child, ended };
}
