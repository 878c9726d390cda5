import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "../../../devnet/src/ports.ts";

export type TestIndexer = Awaited<ReturnType<typeof startIndexer>>;

/** Starts the indexer's own process, as it runs anywhere, and waits until it answers /ready. */
export async function startIndexer(environment: Record<string, string>) {
  const port = await freePort();
  const { process: node, lines } = spawnIndexer({ ...environment, INDEXER_PORT: String(port) });
  const url = `http://127.0.0.1:${port}`;
  while (!(await isReady(url))) {
    if (node.exitCode !== null)
      throw new Error(`the indexer ended with ${node.exitCode}:\n${lines.slice(-20).join("\n")}`);
    await wait(50);
  }
  const end = async (signal: NodeJS.Signals) => {
    if (node.exitCode !== null || node.signalCode !== null) return;
    node.kill(signal);
    await once(node, "exit");
  };
  return {
    url,
    lines,
    get ended() {
      return node.exitCode !== null || node.signalCode !== null;
    },
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
}

/** Starts the indexer's process and keeps what it says. */
export function spawnIndexer(environment: Record<string, string>): { process: ChildProcess; lines: string[] } {
  const main = new URL("../../main.ts", import.meta.url).pathname;
  const node = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  for (const stream of [node.stdout, node.stderr]) {
    createInterface({ input: stream }).on("line", (line) => lines.push(line));
  }
  return { process: node, lines };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/ready`)).status === 200;
  } catch {
    return false;
  }
}
