import { setTimeout as sleep } from "node:timers/promises";
import type { Hex } from "viem";
import { DevnetError } from "../errors.ts";
import { rpc } from "./rpc.ts";

export interface Receipt {
  transactionHash: Hex;
  blockNumber: Hex;
  /** "0x1" for success. */
  status: Hex;
  gasUsed: Hex;
}

/** Waits until a transaction is in a block. @throws DevnetError TransactionNotMined after `withinMs`. */
export async function waitForReceipt(url: string, hash: Hex, withinMs = 30_000): Promise<Receipt> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const receipt = await rpc<Receipt | null>(url, "eth_getTransactionReceipt", [hash]);
    if (receipt !== null) return receipt;
    if (performance.now() > deadline)
      throw new DevnetError("TransactionNotMined", `${hash} is in no block after ${withinMs} ms.`);
    await sleep(50);
  }
}
