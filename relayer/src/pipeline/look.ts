import type { Lane, Seen } from "./lane.ts";

/**
 * Looks at the newest block; what it says of the key is asked only when it is another one than at the last look. A lower one is of a node that
 * lags, which has forgotten nothing and will catch up.
 */
export async function look(lane: Lane): Promise<{ seen: Seen; news: boolean }> {
  const { chain, signer } = lane;
  const { address } = signer;
  const { hash, number, baseFeePerGas } = await chain.client.getBlock();
  if (lane.seen !== null && (lane.seen.hash === hash || number < lane.seen.number))
    return { seen: lane.seen, news: false };
  const depth = BigInt(chain.finality.finalized);
  const [mined, settled, pooled, balance] = await Promise.all([
    chain.client.getTransactionCount({ address, blockNumber: number }),
    chain.client.getTransactionCount({ address, blockNumber: number > depth ? number - depth : 0n }),
    chain.client.getTransactionCount({ address, blockTag: "pending" }),
    chain.client.getBalance({ address }),
  ]);
  const seen = { hash, number, baseFee: baseFeePerGas ?? 0n, mined, settled, pooled: Math.max(pooled, mined), balance };
  return { seen, news: true };
}
