import type { Chain } from "../chains/client.ts";
import { ChainError } from "../errors.ts";
import { broadcast } from "./broadcast.ts";
import { estimate } from "./gas.ts";
import { type Fees, storeSigned } from "./store-signed.ts";
import { type Draft, type Outcome, type Pipeline, signerOf } from "./types.ts";

/**
 * Simulates, stores nonce and signed bytes, broadcasts. It may end, or be ended, at any point: before the bytes are stored nothing has
 * happened, afterwards `track` finishes what was begun.
 */
export async function submit(pipeline: Pipeline, draft: Draft): Promise<Outcome> {
  const chain = pipeline.chains.get(draft.chainId);
  if (chain === undefined) throw new ChainError(`No node is configured for chain ${draft.chainId}`);
  const call = { from: signerOf(pipeline, draft).address, to: draft.to, data: draft.data, value: draft.value };
  const estimated = await estimate(chain, call, draft);
  if (!estimated.ok) return { status: estimated.refused ? "refused" : "unavailable", error: estimated.error };
  if (!estimated.changed) return { status: "no_effect" };

  const stored = await storeSigned(pipeline, chain, draft, estimated.gasLimit, await feesFor(chain));
  if (stored === null) return { status: "taken" };
  await broadcast(pipeline, chain, stored);
  return { status: "sent", id: stored.id, hash: stored.hash };
}

/** Twice the base fee bears six full blocks in a row. */
async function feesFor(chain: Chain): Promise<Fees> {
  const [block, maxPriorityFeePerGas] = await Promise.all([
    chain.client.getBlock(),
    chain.client.estimateMaxPriorityFeePerGas(),
  ]);
  return { maxFeePerGas: 2n * (block.baseFeePerGas ?? 0n) + maxPriorityFeePerGas, maxPriorityFeePerGas };
}
