import { head } from "../chains/head.ts";
import { attemptsOf, type Transaction } from "./attempts.ts";
import type { Lane } from "./lane.ts";
import { findMined, followMined } from "./mined.ts";
import { takeBack } from "./rows.ts";
import type { Pipeline } from "./types.ts";

/**
 * The finality stage, one look: what is mined is followed until its block is final, what a reorg took out of its block goes back to inclusion.
 * While the quorum's head is the same nothing can have changed, and nodes are asked for nothing. What they disagree about stays as it is, and
 * is looked at again.
 */
export async function finalize(pipeline: Pipeline, lane: Lane): Promise<void> {
  if (lane.fence === null) return;
  const at = await head(lane.chain);
  if (lane.finalityHead === at.hash) return;
  const rows = await unfinal(pipeline, lane, at.number);
  const attempts = await attemptsOf(pipeline, rows);
  const { found, unknown } = await findMined(pipeline, lane, attempts, at);
  for (const row of rows) {
    if (unknown.has(row.id)) continue;
    const mined = found.get(row.id);
    const call = mined !== undefined && (mined.attempt.purpose !== "cancellation" || row.kind === "noop");
    if (call) await followMined(pipeline, lane, row, mined, at.number);
    else await takeBack(pipeline, lane, row, attempts.get(row.id), at.number);
  }
  if (unknown.size === 0) lane.finalityHead = at.hash;
}

/** In the order of nonces; a reverted one too until its block is final, since a reorg may run it again with another end. */
function unfinal({ db }: Pipeline, { chain, address }: Lane, head: bigint): Promise<Transaction[]> {
  return db
    .selectFrom("keystone.chain_transaction")
    .selectAll()
    .where("chain_id", "=", BigInt(chain.chainId))
    .where("signer", "=", address)
    .where((eb) => {
      const fresh = eb("block_number", ">", head - BigInt(chain.finality.finalized));
      return eb.or([eb("status", "in", ["pending", "safe"]), eb.and([eb("status", "=", "failed"), fresh])]);
    })
    .orderBy("nonce")
    .execute();
}
