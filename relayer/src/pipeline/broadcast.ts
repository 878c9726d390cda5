import { sql } from "kysely";
import { broadcastAll } from "../chains/broadcast-all.ts";
import type { BroadcastOutcome } from "../chains/broadcast-errors.ts";
import type { Attempt, Transaction } from "./attempts.ts";
import { fenced } from "./fence.ts";
import type { Lane } from "./lane.ts";
import type { Pipeline } from "./types.ts";

/** Some node has it, or its nonce was used: by these very bytes or others, which is told apart by looking for the hashes. */
const TAKEN: readonly BroadcastOutcome[] = ["taken", "known", "nonce_too_low"];
const UNDERPRICED: readonly BroadcastOutcome[] = ["underpriced", "replacement_underpriced"];

/** Sends stored bytes. Sending them again is harmless, so every doubt ends here once more. */
export async function broadcast(
  pipeline: Pipeline,
  lane: Lane,
  transaction: Transaction,
  attempt: Attempt,
): Promise<void> {
  const { outcome, answers } = await broadcastAll(lane.chain, attempt.raw);
  const taken = TAKEN.includes(outcome);
  lane.underpriced.delete(attempt.hash);
  // Fewer than a quorum are not believed: more would be offered at the word of one.
  const cheap = answers.filter((answer) => UNDERPRICED.includes(answer.outcome)).length;
  if (UNDERPRICED.includes(outcome) && cheap >= lane.chain.nodes.quorum) lane.underpriced.set(attempt.hash, outcome);
  if (!taken) {
    const { kind, subject } = transaction;
    pipeline.log.warn(
      { chainId: lane.chain.chainId, hash: attempt.hash, kind, subject, outcome, answers },
      "no node took a transaction",
    );
  }
  await fenced(pipeline, lane, (trx) =>
    trx
      .updateTable("keystone.chain_transaction")
      .set({
        broadcast_at: sql<Date>`clock_timestamp()`,
        ...(taken && transaction.status === "queued" ? { status: "submitted" } : {}),
      })
      .where("id", "=", transaction.id)
      .where("hash", "=", attempt.hash)
      .where("status", "=", transaction.status)
      .execute(),
  );
}
