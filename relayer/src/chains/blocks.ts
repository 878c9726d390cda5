import { type Hex, numberToHex } from "viem";
import { z } from "zod";
import { NodeFault } from "./fault.ts";
import type { Ask } from "./nodes.ts";

/** A number as nodes write it: at most 32 bytes of hex. */
export const quantity = z
  .string()
  .regex(/^0x[0-9a-fA-F]{1,64}$/)
  .transform((value) => BigInt(value));

export const hash = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/)
  .transform((value) => value.toLowerCase() as Hex);

const blockSchema = z.object({ number: quantity, hash, timestamp: quantity });

export type Block = z.output<typeof blockSchema>;

/** The node's block of this number, or its newest. Throws NodeFault `missing` when it has none such. */
export async function blockAt(ask: Ask, number: bigint | "latest"): Promise<Block> {
  const tag = number === "latest" ? number : numberToHex(number);
  const found = await ask("eth_getBlockByNumber", [tag, false]);
  if (found === null) throw new NodeFault("missing", `has no block ${number}`);
  const block = blockSchema.safeParse(found);
  if (!block.success || (number !== "latest" && block.data.number !== number)) {
    throw new NodeFault("malformed", `gave another thing for block ${number}`);
  }
  return block.data;
}

/** Names a block's state so that a node of another branch, or one that has not got there, gives no answer (EIP-1898). */
export function stateOf(blockHash: Hex): { blockHash: Hex; requireCanonical: true } {
  return { blockHash, requireCanonical: true };
}
