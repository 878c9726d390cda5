import type { TransactionStatus } from "@keystoneos/store";
import { sql } from "kysely";
import type { Head } from "../chains/head.ts";
import { type Mined, receipts } from "../chains/receipts.ts";
import type { Attempt, Transaction } from "./attempts.ts";
import type { Lane } from "./lane.ts";
import { change, mined, named, reasonOf, shown } from "./rows.ts";
import type { Pipeline } from "./types.ts";

/** An attempt that was mined. */
interface Found {
  attempt: Attempt;
  receipt: Mined;
}

/**
 * Of each transaction, by its id, the attempt that was mined on the chain that ends in `at`. In neither of the two: all of its attempts are not.
 * In `unknown`: none is known to be, and of some the nodes disagree; nothing may be done about it.
 */
export async function findMined(
  { log }: Pipeline,
  { chain, address }: Lane,
  attempts: ReadonlyMap<string, readonly Attempt[]>,
  at: Pick<Head, "number" | "hash">,
): Promise<{ found: Map<string, Found>; unknown: Set<string> }> {
  const hashes = [...attempts.values()].flatMap((own) => own.map(({ hash }) => hash));
  const seen = await receipts(chain, hashes, at);
  const found = new Map<string, Found>();
  const unknown = new Map<string, string>();
  for (const [id, own] of attempts) {
    for (const attempt of own) {
      const receipt = seen.get(attempt.hash);
      if (receipt?.state === "mined") found.set(id, { attempt, receipt });
      if (receipt?.state === "unknown") unknown.set(id, receipt.reason);
    }
    if (found.has(id)) unknown.delete(id);
  }
  const [reason] = unknown.values();
  if (reason !== undefined) {
    log.warn({ chainId: chain.chainId, signer: address, count: unknown.size, reason }, "receipts are unknown");
  }
  return { found, unknown: new Set(unknown.keys()) };
}

/**
 * Writes down in which block a transaction is and how final that is. One that was cancelled is not mined until the transfer in its place is
 * final, and then it has failed: until then a reorg may still let the call win.
 */
export async function followMined(
  pipeline: Pipeline,
  lane: Lane,
  transaction: Transaction,
  { attempt, receipt }: Found,
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

function statusOf({ chain: { finality } }: Lane, receipt: Mined, head: bigint, cancelled: boolean): TransactionStatus {
  if (receipt.status === "reverted" && !cancelled) return "failed";
  const confirmations = head - receipt.blockNumber;
  if (confirmations >= BigInt(finality.finalized)) return "finalized";
  return confirmations >= BigInt(finality.safe) ? "safe" : "pending";
}
