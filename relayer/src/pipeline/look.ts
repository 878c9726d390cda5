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
  const [mined, pooled, baseFee, balance] = await Promise.all([
    nonceAt(chain, address, number),
    nonceAt(chain, address, "pending"),
    baseFeeOf(chain),
    chain.client.getBalance({ address }),
  ]);
  const seen = {
    hash,
    number,
    baseFee,
    mined: Number(mined),
    pooled: Math.max(Number(pooled), Number(mined)),
    balance,
  };
  return { seen, news: true };
}

/**
 * Nonces below were mined deep enough not to be taken back. Null when no quorum has the state of so old a block any more: nodes without an archive
 * keep that of 128, as a rule.
 */
export async function settledNonce({ chain, signer }: Lane, { number }: Seen): Promise<number | null> {
  const depth = BigInt(chain.finality.finalized);
  const count = nonceAt(chain, signer.address, number > depth ? number - depth : 0n);
  return count.then(Number).catch(() => null);
}
