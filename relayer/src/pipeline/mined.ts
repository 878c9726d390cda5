import type { TransactionStatus } from "@keystoneos/store";
import { sql } from "kysely";
import type { TransactionReceipt } from "viem";
import type { Attempt, Transaction } from "./attempts.ts";
import type { Lane } from "./lane.ts";
import { change, mined, named, reasonOf, shown } from "./rows.ts";
import type { Pipeline } from "./types.ts";

/**
 * Writes down in which block a transaction is and how final that is. One that was cancelled is not mined until the transfer in its place is
 * final, and then it has failed: until then a reorg may still let the call win.
 */
export async function followMined(
  pipeline: Pipeline,
  lane: Lane,
  transaction: Transaction,
  { attempt, receipt }: { attempt: Attempt; receipt: TransactionReceipt },
  head: bigint,
): Promise<void> {
  const cancelled = attempt.purpose === "cancellation" && transaction.kind !== "noop";
  const reached = statusOf(lane, receipt, head, cancelled);
  if (cancelled && reached !== "finalized") return;
  const status = cancelled ? "failed" : reached;
  const sameBlock = transaction.block_hash === receipt.blockHash;
  if (transaction.status === status && sameBlock) return;
  const reverted = !cancelled && status === "failed";
  const error = cancelled ? "cancelled" : reverted ? await reasonOf(lane.chain, transaction, receipt) : null;
  const changes = { ...shown(attempt), ...mined(receipt), status, error };
  const mined_at = sameBlock ? {} : { mined_at: sql<Date>`clock_timestamp()` };
  if (!(await change(pipeline, lane, transaction, { ...changes, ...mined_at }))) return;
  const log = pipeline.log.child(named(lane, { ...transaction, hash: attempt.hash }));
  if (reverted) log.error({ error }, "a transaction reverted");
  else if (cancelled) log.warn("a transaction is cancelled for good");
  else if (!sameBlock) log.info({ blockNumber: receipt.blockNumber.toString() }, "mined");
}

function statusOf(
  { chain: { finality } }: Lane,
  receipt: TransactionReceipt,
  head: bigint,
  cancelled: boolean,
): TransactionStatus {
  if (receipt.status === "reverted" && !cancelled) return "failed";
  const confirmations = head - receipt.blockNumber;
  if (confirmations >= BigInt(finality.finalized)) return "finalized";
  return confirmations >= BigInt(finality.safe) ? "safe" : "pending";
}
