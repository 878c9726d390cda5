import type { Hex } from "viem";
import { z } from "zod";
import { blockAt, hash, quantity } from "./blocks.ts";
import type { Chain } from "./client.ts";
import { NodeFault } from "./fault.ts";
import type { Head } from "./head.ts";
import type { Ask } from "./nodes.ts";
import { shortMessage } from "./revert.ts";

/** What a quorum says of a transaction. `unknown` is nothing to act on: the nodes disagree, or too few have answered. */
export type Seen = Mined | { state: "absent" } | { state: "unknown"; reason: string };

export interface Mined {
  state: "mined";
  blockNumber: bigint;
  blockHash: Hex;
  status: "success" | "reverted";
  gasUsed: bigint;
  /** Wei, with what an OP Stack rollup takes besides for publishing it. */
  gasCost: bigint;
}

type Told = Exclude<Seen, { state: "unknown" }>;

const receiptSchema = z.object({
  transactionHash: hash,
  blockHash: hash,
  blockNumber: quantity,
  status: z.enum(["0x0", "0x1"]).transform((value) => (value === "0x1" ? ("success" as const) : ("reverted" as const))),
  gasUsed: quantity,
  effectiveGasPrice: quantity,
  /** Of an OP Stack rollup. */
  l1Fee: quantity.nullish(),
});

/** Asked of each node at once; with a new time for each. */
const PAGE = 50;

/**
 * What became of transactions, on the chain that ends in `at`. A node counts when it has that block before it answers and after it has:
 * so "absent" means that no block up to `at` has the transaction, and nothing is said by a node that was behind or has changed branches
 * meanwhile. Never throws for want of answers.
 */
export async function receipts(
  chain: Chain,
  hashes: readonly Hex[],
  at: Pick<Head, "number" | "hash">,
): Promise<Map<Hex, Seen>> {
  const found = new Map<Hex, Seen>();
  for (let start = 0; start < hashes.length; start += PAGE) {
    const page = hashes.slice(start, start + PAGE);
    for (const [transaction, seen] of await pageOf(chain, page, at)) found.set(transaction, seen);
  }
  return found;
}

async function pageOf(
  { nodes }: Chain,
  hashes: readonly Hex[],
  at: Pick<Head, "number" | "hash">,
): Promise<[Hex, Seen][]> {
  const pages = nodes.each(async (ask) => {
    await holds(ask, at);
    const told = await Promise.allSettled(hashes.map((transaction) => receiptOf(ask, transaction)));
    await holds(ask, at);
    return told;
  }, nodes.deadline());
  return Promise.all(
    hashes.map(async (transaction, index): Promise<[Hex, Seen]> => {
      const answers = pages.map(async (page): Promise<Told> => {
        const told = (await page)[index];
        if (told?.status !== "fulfilled") throw told?.reason;
        return told.value;
      });
      const seen = await nodes
        .agreed(`the receipt of ${transaction}`, answers, describe)
        .catch((error: unknown): Seen => ({ state: "unknown", reason: shortMessage(error) }));
      return [transaction, seen];
    }),
  );
}

async function holds(ask: Ask, at: Pick<Head, "number" | "hash">): Promise<void> {
  const { hash: found } = await blockAt(ask, at.number);
  if (found !== at.hash) throw new NodeFault("missing", `has another block ${at.number}: ${found}`);
}

async function receiptOf(ask: Ask, transaction: Hex): Promise<Told> {
  const found = await ask("eth_getTransactionReceipt", [transaction]);
  if (found === null) return { state: "absent" };
  const receipt = receiptSchema.safeParse(found);
  if (!receipt.success || receipt.data.transactionHash !== transaction.toLowerCase()) {
    throw new NodeFault("malformed", `gave another thing for the receipt of ${transaction}`);
  }
  const { blockNumber, blockHash, status, gasUsed, effectiveGasPrice, l1Fee } = receipt.data;
  const gasCost = gasUsed * effectiveGasPrice + (l1Fee ?? 0n);
  return { state: "mined", blockNumber, blockHash, status, gasUsed, gasCost };
}

/** All of what counts, in words: answers are alike when these are. */
function describe(told: Told): string {
  if (told.state === "absent") return "absent";
  const { status, blockNumber, blockHash, gasUsed, gasCost } = told;
  return `${status} in block ${blockNumber} ${blockHash} with ${gasUsed} gas for ${gasCost} wei`;
}
