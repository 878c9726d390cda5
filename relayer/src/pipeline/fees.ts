import { RpcRequestError } from "viem";
import { z } from "zod";
import { quantity } from "../chains/blocks.ts";
import type { Chain } from "../chains/client.ts";
import { NodeFault } from "../chains/fault.ts";
import type { Ask } from "../chains/nodes.ts";

/** Wei per gas. */
export interface Fees {
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
}

const max = (a: bigint, b: bigint) => (a > b ? a : b);
const min = (a: bigint, b: bigint) => (a < b ? a : b);

/**
 * What a quorum finds the market to be, so that no single node can have it overpaid. Twice the base fee bears six full blocks in a row. Tips
 * are never 0: from 0 none could be raised. Throws ChainError when too few nodes answer.
 */
export async function estimateFees(chain: Chain): Promise<Fees & { baseFee: bigint }> {
  const [baseFee, tip] = await Promise.all([baseFeeOf(chain), chain.nodes.reached("the tip", tipOf)]);
  const maxPriorityFeePerGas = max(tip, 1n);
  return { baseFee, maxFeePerGas: 2n * baseFee + maxPriorityFeePerGas, maxPriorityFeePerGas };
}

/** Of the newest block, as a quorum has it at least. */
export function baseFeeOf({ nodes }: Chain): Promise<bigint> {
  return nodes.reached("the base fee", newestBaseFee);
}

const newestSchema = z.object({ baseFeePerGas: quantity.nullish() });

async function newestBaseFee(ask: Ask): Promise<bigint> {
  const block = newestSchema.safeParse(await ask("eth_getBlockByNumber", ["latest", false]));
  if (!block.success) throw new NodeFault("malformed", "gave another thing for its newest block");
  return block.data.baseFeePerGas ?? 0n;
}

/** Where a node has no word for tips, its price tells, of which the base fee is the rest. */
async function tipOf(ask: Ask): Promise<bigint> {
  try {
    return priceOf(await ask("eth_maxPriorityFeePerGas", []));
  } catch (error) {
    if (!(error instanceof RpcRequestError)) throw error;
    const [price, baseFee] = [priceOf(await ask("eth_gasPrice", [])), await newestBaseFee(ask)];
    return max(price - baseFee, 0n);
  }
}

function priceOf(value: unknown): bigint {
  const price = quantity.safeParse(value);
  if (!price.success) throw new NodeFault("malformed", "gave no price of gas");
  return price.data;
}

/** An estimate under the cap; null when the cap is below what the next block asks for. */
export function capped(estimate: Fees & { baseFee: bigint }, cap: bigint): Fees | null {
  if (estimate.baseFee >= cap) return null;
  return {
    maxFeePerGas: min(estimate.maxFeePerGas, cap),
    maxPriorityFeePerGas: min(estimate.maxPriorityFeePerGas, cap),
  };
}

/** `market`: what is offered is three times what the chain asks for, so fees are not what it waits for. */
export type Raise = { fees: Fees } | { wait: "cap" | "market" };

/**
 * Fees of a replacement. The maximum follows the market and grows by a tenth, to at most three times the estimate, and never falls. Nodes take
 * a replacement only when it pays a tenth more; geth wants that of both fields, so the tip grows with it even where tips have not risen.
 * `against` is what the new bytes have to win over, besides the market: a tenth more wins over bytes of ours, whatever the estimate; over what a
 * pool has and we do not know, twice as much may, all of it as a tip.
 */
export function raise(
  old: Fees,
  estimate: Fees,
  cap: bigint,
  against: "market" | "ours" | "unknown" = "market",
): Raise {
  const followed = follow(old.maxFeePerGas, estimate.maxFeePerGas);
  const least = demanded(old.maxFeePerGas);
  if (followed < least && against === "market") return { wait: "market" };
  const maxFeePerGas = min(max(followed, against === "unknown" ? 2n * least : least), cap);
  const tip = max(demanded(old.maxPriorityFeePerGas), estimate.maxPriorityFeePerGas);
  const maxPriorityFeePerGas = against === "unknown" ? maxFeePerGas : min(tip, maxFeePerGas);
  const taken =
    maxFeePerGas >= demanded(old.maxFeePerGas) && maxPriorityFeePerGas >= demanded(old.maxPriorityFeePerGas);
  return taken ? { fees: { maxFeePerGas, maxPriorityFeePerGas } } : { wait: "cap" };
}

function follow(old: bigint, estimate: bigint): bigint {
  return max(min(max(demanded(old), estimate), 3n * estimate), old);
}

/** A tenth more, rounded up, and at least 1 wei. */
function demanded(old: bigint): bigint {
  return old + max((old + 9n) / 10n, 1n);
}
