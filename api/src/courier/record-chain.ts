import type { Deployment } from "@keystoneos/protocol";
import type { StoreTransaction } from "@keystoneos/store";
import { factsOfLogs } from "../services/events/log-facts.ts";
import { BATCH, type Level, readLogs } from "../services/events/read-logs.ts";
import { recordSettlementEvents } from "../services/events/record-settlement-events.ts";

/**
 * Records what one chain says at `level`, as part of `trx`; returns how many logs. What is not final yet is read again each time, and an
 * event is known by its log: a reorg, a rebuilt index or a killed process loses none and doubles none.
 */
export async function recordChain(
  trx: StoreTransaction,
  deployment: Deployment,
  chainId: number,
  level: Level,
): Promise<number> {
  const { head, final, logs } = await readLogs(trx, deployment, chainId, { level });
  if (head === null || final === null) return 0;
  await recordSettlementEvents(trx, factsOfLogs(deployment, chainId, head, logs));
  if (logs.length < BATCH) await moveCursor(trx, chainId, final);
  return logs.length;
}

/** Forwards only: an index that is being rebuilt is behind what was recorded from the one before. */
async function moveCursor(trx: StoreTransaction, chainId: number, block: bigint): Promise<void> {
  await trx
    .insertInto("keystone.event_cursor")
    .values({ chain_id: BigInt(chainId), block_number: block })
    .onConflict((conflict) =>
      conflict
        .column("chain_id")
        .doUpdateSet({ block_number: block })
        .where("keystone.event_cursor.block_number", "<", block),
    )
    .execute();
}
