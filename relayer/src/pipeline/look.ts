import { head } from "../chains/head.ts";
import { nonceAt } from "../chains/nonce.ts";
import { baseFeeOf } from "./fees.ts";
import type { Lane, Seen } from "./lane.ts";

/**
 * Looks at the head that a quorum has; what it says of the key is asked only when it is another one than at the last look. The balance is a
 * hint of one node, for operators.
 */
export async function look({ chain, signer, seen: last }: Lane): Promise<{ seen: Seen; news: boolean }> {
  const { address } = signer;
  const { hash, number } = await head(chain);
  if (last?.hash === hash) return { seen: last, news: false };
  const depth = BigInt(chain.finality.finalized);
  const [mined, settled, pooled, baseFee, balance] = await Promise.all([
    nonceAt(chain, address, number),
    nonceAt(chain, address, number > depth ? number - depth : 0n),
    nonceAt(chain, address, "pending"),
    baseFeeOf(chain),
    chain.client.getBalance({ address }),
  ]);
  const seen = {
    hash,
    number,
    baseFee,
    mined: Number(mined),
    settled: Number(settled),
    pooled: Math.max(Number(pooled), Number(mined)),
    balance,
  };
  return { seen, news: true };
}
