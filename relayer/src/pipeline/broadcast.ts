import { sql } from "kysely";
import { shortMessage } from "../chains/revert.ts";
import type { Attempt, Transaction } from "./attempts.ts";
import { fenced } from "./fence.ts";
import type { Lane } from "./lane.ts";
import type { Pipeline } from "./types.ts";

/**
 * Sends stored bytes. Sending them again is harmless, so every doubt ends here once more: a node that has them already, or a nonce that
 * was used, by these very bytes or others, which is told apart by looking for the hashes.
 */
export async function broadcast(
  pipeline: Pipeline,
  lane: Lane,
  transaction: Transaction,
  attempt: Attempt,
): Promise<void> {
  const refusal = await send(lane, attempt);
  lane.underpriced.delete(attempt.hash);
  if (refusal !== null) {
    if (/underpriced/i.test(refusal)) lane.underpriced.add(attempt.hash);
    const { kind, subject } = transaction;
    pipeline.log.warn(
      { chainId: lane.chain.chainId, hash: attempt.hash, kind, subject, error: refusal },
      "the node did not take a transaction",
    );
  }
  await fenced(pipeline, lane, (trx) =>
    trx
      .updateTable("keystone.chain_transaction")
      .set({
        broadcast_at: sql<Date>`clock_timestamp()`,
        ...(refusal === null && transaction.status === "queued" ? { status: "submitted" } : {}),
      })
      .where("id", "=", transaction.id)
      .where("hash", "=", attempt.hash)
      .where("status", "=", transaction.status)
      .execute(),
  );
}

/** Why a node did not take it, null if it did or has it. */
async function send({ chain }: Lane, { raw }: Attempt): Promise<string | null> {
  try {
    await chain.client.sendRawTransaction({ serializedTransaction: raw });
    return null;
  } catch (error) {
    const message = shortMessage(error);
    return /already known|already imported|known transaction|nonce too low/i.test(message) ? null : message;
  }
}
