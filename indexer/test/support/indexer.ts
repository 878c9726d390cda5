import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";

export type TestIndexer = ReturnType<typeof startIndexer>;

/** Starts the indexer's own process, as it runs anywhere, and keeps what it says. */
export function startIndexer(environment: Record<string, string>) {
  const main = new URL("../../main.ts", import.meta.url).pathname;
  const node = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  for (const stream of [node.stdout, node.stderr]) {
    createInterface({ input: stream }).on("line", (line) => lines.push(line));
  }
  const url = `http://127.0.0.1:${environment.INDEXER_PORT}`;
  const hasEnded = () => node.exitCode !== null || node.signalCode !== null;

  async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await condition())) {
      if (hasEnded()) throw new Error(`the indexer ended with ${node.exitCode}:\n${lines.slice(-20).join("\n")}`);
      await wait(25);
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (hasEnded()) return;
    node.kill(signal);
    await once(node, "exit");
  }

  return {
    url,
    lines,
    get ended() {
      return hasEnded();
    },
    /** Resolves when it answers /ready; throws when it ends before. */
    ready: () => until(() => isReady(url)),
    /** Resolves when it has said something; throws when it ends before. */
    said: (words: string) => until(() => lines.some((line) => line.includes(words))),
    /** Resolves with the exit code. */
    async exited(): Promise<number | null> {
      if (!hasEnded()) await once(node, "exit");
      return node.exitCode;
    },
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/ready`)).status === 200;
  } catch {
    return false;
  }
}
