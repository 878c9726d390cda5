import type { Row } from "@keystoneos/store";
import { broadcastAll } from "../chains/broadcast-all.ts";
import type { Chain } from "../chains/client.ts";
import type { Pipeline } from "./types.ts";

export type StoredTransaction = Pick<
  Row<"chain_transaction">,
  "id" | "hash" | "raw" | "status" | "nonce" | "kind" | "subject" | "settlement_id" | "updated_at"
>;

/**
 * Sends stored bytes. Sending them again is harmless, so every doubt ends here once more: nodes that have them already, or a nonce that
 * was used, by these very bytes or others, which the tracker tells apart by looking for the hash.
 */
export async function broadcast(pipeline: Pipeline, chain: Chain, stored: StoredTransaction): Promise<void> {
  const { hash, kind, subject } = stored;
  const { outcome, answers } = await broadcastAll(chain, stored.raw);
  if (outcome !== "taken" && outcome !== "known" && outcome !== "nonce_too_low") {
    pipeline.log.warn({ chainId: chain.chainId, hash, kind, subject, outcome, answers }, "no node took a transaction");
    await touch(pipeline, stored);
    return;
  }
  await pipeline.db
    .updateTable("keystone.chain_transaction")
    .set({ status: "submitted", updated_at: new Date() })
    .where("id", "=", stored.id)
    .where("status", "in", ["queued", "submitted"])
    .execute();
}

/** So that the next attempt waits its interval. */
async function touch(pipeline: Pipeline, stored: StoredTransaction): Promise<void> {
  await pipeline.db
    .updateTable("keystone.chain_transaction")
    .set({ updated_at: new Date() })
    .where("id", "=", stored.id)
    .execute();
}
