import { attemptsOf, type Transaction } from "./attempts.ts";
import type { Lane } from "./lane.ts";
import { followMined } from "./mined.ts";
import { findMined, named, takeBack } from "./rows.ts";
import type { Pipeline } from "./types.ts";

/**
 * The finality stage, one look: what is mined is followed until its block is final, what a reorg took out of its block goes back to inclusion.
 * While a node shows the same head nothing can have changed, and it is asked for nothing.
 */
export async function finalize(pipeline: Pipeline, lane: Lane): Promise<void> {
  if (lane.fence === null) return;
  const { hash, number } = await lane.chain.client.getBlock();
  if (lane.finalityHead === hash || number < (lane.seen?.number ?? 0n)) return;
  const rows = await unfinal(pipeline, lane, number);
  const attempts = await attemptsOf(pipeline, rows);
  for (const row of rows) {
    const own = attempts.get(row.id);
    if (own === undefined) continue;
    // The one that was mined first of all: as a rule it still is.
    const found = await findMined(
      lane.chain,
      own.toSorted((a, b) => Number(b.hash === row.hash) - Number(a.hash === row.hash)),
    );
    const call = found !== null && (found.attempt.purpose !== "cancellation" || row.kind === "noop");
    if (call) await followMined(pipeline, lane, row, found, number);
    else if (await takeBack(pipeline, lane, row, own[0])) {
      pipeline.log.warn(named(lane, row), "a reorg dropped a transaction; it waits to be mined again");
    }
  }
  lane.finalityHead = hash;
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
