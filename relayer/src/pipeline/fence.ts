import { isPaused, type StoreTransaction, transaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { Lane } from "./lane.ts";
import type { Pipeline } from "./types.ts";

/** Another process may have the key by now: what was about to be written is not. */
export class LeaseLostError extends Error {
  constructor({ chain, address }: Lane) {
    super(`the lease of ${address} on chain ${chain.chainId} is another's, or has ended`);
    this.name = "LeaseLostError";
  }
}

/** An operator has paused the chain: nothing is built there, and nothing replaced. */
export class PausedError extends Error {
  constructor({ chain }: Lane) {
    super(`chain ${chain.chainId} is paused`);
    this.name = "PausedError";
  }
}

/**
 * One database transaction as the holder of the lane's lease. The lease is locked until the end, so that nobody can take it over in
 * between, and a process that slept through its end writes nothing. Throws LeaseLostError. Whoever lost a lease may still broadcast what it
 * had in hand: bytes that are stored, for a nonce that every later holder looks for under the hashes of all its stored bytes. So they are
 * either the one transaction of that nonce, or worth nothing.
 */
export async function fenced<T>(
  { db, holder }: Pipeline,
  lane: Lane,
  work: (trx: StoreTransaction, fence: bigint) => Promise<T>,
): Promise<T> {
  const { fence } = lane;
  if (fence === null) throw new LeaseLostError(lane);
  return transaction(db, async (trx) => {
    const lease = await trx
      .selectFrom("keystone.signer_lease")
      .select("fence")
      .where("chain_id", "=", BigInt(lane.chain.chainId))
      .where("signer", "=", lane.address)
      .where("holder", "=", holder)
      .where("fence", "=", fence)
      .where("expires_at", ">", sql<Date>`clock_timestamp()`)
      .forShare()
      .executeTakeFirst();
    if (lease === undefined) {
      if (lane.fence === fence) lane.fence = null;
      throw new LeaseLostError(lane);
    }
    return work(trx, fence);
  });
}

/** As `fenced`, for what signs something new. Throws PausedError where the chain is paused: who pauses it waits for those who were faster. */
export function fencedBuilding<T>(
  pipeline: Pipeline,
  lane: Lane,
  work: (trx: StoreTransaction, fence: bigint) => Promise<T>,
): Promise<T> {
  return fenced(pipeline, lane, async (trx, fence) => {
    if (await isPaused(trx, lane.chain.chainId)) throw new PausedError(lane);
    return work(trx, fence);
  });
}
