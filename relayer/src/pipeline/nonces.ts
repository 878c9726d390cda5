import type { StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";
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
  const others = [...counts.keys()];
  const { mined } = counts.get(lane) as Counts;
  const stored = await readStored(trx, lane, others, before, mined);
  for (const [index, other] of others.entries()) {
    const count = counts.get(other) as Counts;
    if (count.pooled > Math.max(Number(stored.tops[index]) + 1, count.mined)) {
      return { held: `a node has transactions of ${other.address} that are not stored` };
    }
  }
  if (stored.filling !== null) return { held: `nonce ${stored.filling} is being filled` };
  const unknown = Math.max(mined - before, 0) - Number(stored.meanwhile);
  if (unknown > 0) return { held: "a transaction that is not stored was mined meanwhile" };
  const nonce = Math.max(Number(stored.tops[others.indexOf(lane)]) + 1, mined);
  const missing = nonce - mined - Number(stored.unmined);
  return missing > 0 ? { held: `${missing} nonces are missing below ${nonce}` } : { nonce };
}

/**
 * What is stored, in one statement. `tops`: the highest nonce of each key, -1 without any. `filling`: a nonce of one of them that is being filled.
 * `meanwhile` and `unmined`: how many of the lane's are stored from `before` on and below `mined`, and from `mined` on.
 */
async function readStored(
  trx: StoreTransaction,
  lane: Lane,
  others: readonly Lane[],
  before: number,
  mined: number,
): Promise<{ tops: string[]; filling: string | null; meanwhile: string; unmined: string }> {
  const { chainId } = lane.chain;
  const signers = others.map(({ address }) => address);
  const { rows } = await sql<{ tops: string[]; filling: string | null; meanwhile: string; unmined: string }>`
    SELECT
      ARRAY(SELECT coalesce((SELECT max(nonce) FROM keystone.chain_transaction WHERE chain_id = ${chainId} AND signer = o.signer), -1)::text
        FROM unnest(${signers}::text[]) WITH ORDINALITY AS o (signer, place) ORDER BY place) AS tops,
      (SELECT nonce::text FROM keystone.chain_transaction
        WHERE chain_id = ${chainId} AND signer = ANY(${signers}::text[]) AND kind = 'noop' AND status IN ('queued', 'submitted') LIMIT 1) AS filling,
      (SELECT count(*)::text FROM keystone.chain_transaction
        WHERE chain_id = ${chainId} AND signer = ${lane.address} AND nonce >= ${before} AND nonce < ${mined}) AS meanwhile,
      (SELECT count(*)::text FROM keystone.chain_transaction
        WHERE chain_id = ${chainId} AND signer = ${lane.address} AND nonce >= ${mined}) AS unmined`.execute(trx);
  return rows[0] as (typeof rows)[number];
}
