import type { Hash } from "viem";
import type { Chain } from "../contracts/support/chain.ts";
import { dvp } from "../contracts/support/settle.ts";
import type { Trade } from "../contracts/support/terms.ts";
import type { World } from "../contracts/support/world.ts";

/** Gas of whole transactions, by what they do. */
export type Rows = Record<string, number>;

/** Far beyond any clock of these worlds. Fixed, since gas depends on the bytes of the calldata. */
const DEADLINES = { depositDeadline: 4_000_000_000, settleDeadline: 4_000_003_600 };

/** Bond against cash with nothing in it that differs from run to run. */
export function fixedTrade(world: World, salt: string, options: Parameters<typeof dvp>[1] = {}): Promise<Trade> {
  return dvp(world, { salt, ...options, changes: { ...DEADLINES, ...options.changes } });
}

/** What a transaction cost from start to end. @throws Error when it failed, for then its gas says nothing. */
export async function gasUsed(chain: Chain, transaction: Hash | Promise<Hash>): Promise<number> {
  const receipt = await chain.client.waitForTransactionReceipt({ hash: await transaction });
  if (receipt.status !== "success") throw new Error(`Transaction ${receipt.transactionHash} failed`);
  return Number(receipt.gasUsed);
}

export function sum(...parts: (number | undefined)[]): number {
  return parts.reduce<number>((total, part) => {
    if (part === undefined) throw new Error("A row that a lifecycle adds up is missing");
    return total + part;
  }, 0);
}
