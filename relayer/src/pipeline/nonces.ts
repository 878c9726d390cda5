import type { StoreTransaction } from "@keystoneos/store";
import { nonceAt } from "../chains/nonce.ts";
import type { Lane } from "./lane.ts";

/** What a quorum says of a key. It is asked before the database, so that whatever it knows of ours is stored by then. */
export interface Counts {
  /** Nonces below were mined. */
  mined: number;
  /** Nonces below are mined or wait in pools, in one row. */
  pooled: number;
}

export async function readCounts({ chain, signer: { address } }: Lane): Promise<Counts> {
  const mined = await nonceAt(chain, address, "latest");
  return { mined: Number(mined), pooled: Number(await nonceAt(chain, address, "pending")) };
}

/**
 * The nonce of the next transaction, or why there is none yet. It is the lowest that is free, and there is none while the chain knows more of
 * our keys than the database (restored from a backup, or somebody else has a key), or has a hole below what is stored: a call might be made
 * twice, or wait for ever. `before` is what was mined when the call was simulated, by the node that simulates.
 */
export async function nextNonce(
  trx: StoreTransaction,
  lane: Lane,
  counts: ReadonlyMap<Lane, Counts>,
  before: number,
): Promise<{ nonce: number } | { held: string }> {
  for (const [other, count] of counts) {
    if (count.pooled > Math.max((await topNonce(trx, other)) + 1, count.mined)) {
      return { held: `a node has transactions of ${other.address} that are not stored` };
    }
  }
  const filling = await trx
    .selectFrom("keystone.chain_transaction")
    .select("nonce")
    .where("chain_id", "=", BigInt(lane.chain.chainId))
    .where(
      "signer",
      "in",
      [...counts.keys()].map(({ address }) => address),
    )
    .where("kind", "=", "noop")
    .where("status", "in", ["queued", "submitted"])
    .limit(1)
    .executeTakeFirst();
  if (filling !== undefined) return { held: `nonce ${filling.nonce} is being filled` };
  const { mined } = counts.get(lane) as Counts;
  const unknown = Math.max(mined - before, 0) - (await countStored(trx, lane, before, mined));
  if (unknown > 0) return { held: "a transaction that is not stored was mined meanwhile" };
  const nonce = Math.max((await topNonce(trx, lane)) + 1, mined);
  const missing = nonce - mined - (await countStored(trx, lane, mined, nonce));
  return missing > 0 ? { held: `${missing} nonces are missing below ${nonce}` } : { nonce };
}

/** Highest nonce stored of a key, -1 without any. */
async function topNonce(trx: StoreTransaction, lane: Lane): Promise<number> {
  const { top } = await trx
    .selectFrom("keystone.chain_transaction")
    .select((eb) => eb.fn.max<bigint | null>("nonce").as("top"))
    .where("chain_id", "=", BigInt(lane.chain.chainId))
    .where("signer", "=", lane.address)
    .executeTakeFirstOrThrow();
  return top === null ? -1 : Number(top);
}

/** How many nonces are stored of a key from `from` on and below `to`. */
async function countStored(trx: StoreTransaction, lane: Lane, from: number, to: number): Promise<number> {
  const { count } = await trx
    .selectFrom("keystone.chain_transaction")
    .select((eb) => eb.fn.countAll<bigint>().as("count"))
    .where("chain_id", "=", BigInt(lane.chain.chainId))
    .where("signer", "=", lane.address)
    .where("nonce", ">=", BigInt(from))
    .where("nonce", "<", BigInt(to))
    .executeTakeFirstOrThrow();
  return Number(count);
}
