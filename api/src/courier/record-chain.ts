import type { Deployment } from "@keystoneos/protocol";
import type { StoreTransaction } from "@keystoneos/store";
import { recordSettlementEvents } from "../services/events/record-settlement-events.ts";
import { finalityOf } from "../services/settlements/finality.ts";
import { factsOf } from "./log-facts.ts";
import { BATCH, type Level, type LogRow, readLogs } from "./read-logs.ts";

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
  const { head, final, logs } = await readLogs(trx, deployment, chainId, level);
  if (head === null || final === null) return 0;
  const placeOf = (log: LogRow) => ({
    chain_id: chainId,
    block_number: Number(log.block_number),
    block_hash: log.block_hash,
    tx_hash: log.tx_hash,
    log_index: log.log_index,
    finality: finalityOf(deployment, chainId, head - Number(log.block_number) + 1),
  });
  await recordSettlementEvents(
    trx,
    logs.flatMap((log) => factsOf(log, placeOf(log))),
  );
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
