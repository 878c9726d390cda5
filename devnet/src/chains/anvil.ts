import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { DevnetError } from "../errors.ts";
import { isPortFree } from "../ports.ts";
import { release, watchOver } from "../process/guard.ts";
import { stopProcess } from "../process/stop.ts";
import { rpc } from "./rpc.ts";

/** Development accounts of the default mnemonic; all unlocked, 10,000 ether each. */
export const ACCOUNTS = 30;

export interface Anvil {
  url: string;
  process: ChildProcess;
  exited: Promise<void>;
  kill: () => Promise<void>;
}

/**
 * Starts the node that npm installed and waits until it answers for this chain.
 *
 * @throws DevnetError PortInUse, ChainNotInstalled, ChainStartFailed.
 */
export async function launchAnvil(chainId: number, port: number, flags: string[], logFile: string): Promise<Anvil> {
  if (!(await isPortFree(port))) {
    throw new DevnetError("PortInUse", `Chain ${chainId} needs port ${port}, and something listens there already.`);
  }
  const log = openSync(logFile, "a");
  const rules = ["--hardfork", "osaka", "--enable-tx-gas-limit", "--slots-in-an-epoch", "1", "--order", "fifo"];
  // It tells what goes wrong all the same, and no longer the keys of its accounts and every call.
  const limits = ["--quiet", "--accounts", String(ACCOUNTS), "--no-request-size-limit"];
  const child = spawn(
    executable(),
    ["--chain-id", String(chainId), "--port", String(port), ...rules, ...limits, ...flags],
    {
      detached: true,
      stdio: ["ignore", log, log],
    },
  );
  closeSync(log);
  const ended = new Promise<void>((done) => {
    child.once("exit", () => done());
    child.once("error", () => done());
  });
  let over = false;
  const pid = child.pid;
  const exited = ended.then(() => {
    over = true;
    if (pid !== undefined) release(pid);
  });
  if (pid !== undefined) watchOver(pid, "SIGKILL");
  const url = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + 60_000;
  for (;;) {
    const answer = await rpc<string>(url, "eth_chainId").catch(() => null);
    if (answer !== null && Number(answer) === chainId && !over) break;
    if (over || answer !== null || performance.now() > deadline) {
      if (pid !== undefined) await stopProcess(pid, "SIGKILL", 1_000);
      throw new DevnetError(
        "ChainStartFailed",
        `Chain ${chainId} did not start on port ${port}; ${logFile} tells why.`,
      );
    }
    await sleep(15);
  }
  // Everything worth keeping is on record, so there is nothing for the node to do before it goes.
  return { url, process: child, exited, kill: () => stopProcess(pid as number, "SIGKILL", 5_000).then(() => exited) };
}

function executable(): string {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const name = `@foundry-rs/anvil-${process.platform}-${architecture}`;
  try {
    // The binary is a dependency of this package, not ours.
    return createRequire(import.meta.resolve("@foundry-rs/anvil/package.json")).resolve(`${name}/bin/anvil`);
  } catch (cause) {
    throw new DevnetError("ChainNotInstalled", `npm has no anvil for ${process.platform} on ${process.arch}.`, {
      cause,
    });
  }
}
