import { isUniqueViolation, type Row, type RowChanges, type TransactionStatus } from "@keystoneos/store";
import type { Chain } from "../chains/client.ts";
import { head as headOf } from "../chains/head.ts";
import { nonceAt } from "../chains/nonce.ts";
import { receipts, type Seen } from "../chains/receipts.ts";
import { describeRevert, revertData } from "../chains/revert.ts";
import { broadcast } from "./broadcast.ts";
import type { Pipeline } from "./types.ts";

type Tracked = Row<"chain_transaction">;
type Mined = Extract<Seen, { state: "mined" }>;

/**
 * Brings every unfinished transaction of a chain one look further: broadcast again what is not mined, follow what is mined to finality,
 * take back what a reorg dropped. Everything it needs is stored, so it is also the recovery after a crash. While the quorum's
 * head is the same, nothing can have been mined or dropped, and nodes are asked for nothing. What they disagree about stays as it is.
 */
export async function track(pipeline: Pipeline, chain: Chain): Promise<void> {
  const head = await headOf(chain);
  const news = pipeline.trackedHeads.get(chain.chainId) !== head.hash;
  const rows = await unfinished(pipeline, chain, head.number, news);
  const used = news ? await settledNonces(chain, head.number, rows) : new Map<string, bigint>();
  const seen = news
    ? await receipts(
        chain,
        rows.map(({ hash }) => hash),
        head,
      )
    : new Map<string, Seen>();
  const unknown: string[] = [];
  for (const row of rows) {
    const found = seen.get(row.hash) ?? { state: "absent" };
    if (found.state === "mined") await followMined(pipeline, chain, row, found, head.number);
    else if (found.state === "unknown") unknown.push(found.reason);
    // Below the block that had it, nothing can be said of whether it is still there.
    else if (row.block_number === null || row.block_number <= head.number)
      await followUnmined(pipeline, chain, row, used);
  }
  if (unknown.length === 0) pipeline.trackedHeads.set(chain.chainId, head.hash);
  else pipeline.log.warn({ chainId: chain.chainId, count: unknown.length, reason: unknown[0] }, "receipts are unknown");
}

/** In the order of nonces; a reverted one too until its block is final, since a reorg may run it again with another end. */
function unfinished(pipeline: Pipeline, chain: Chain, head: bigint, mined: boolean): Promise<Tracked[]> {
  return pipeline.db
    .selectFrom("keystone.chain_transaction")
    .selectAll()
    .where("chain_id", "=", BigInt(chain.chainId))
    .where((eb) => {
      const waiting = eb("status", "in", ["queued", "submitted"]);
      if (!mined) return waiting;
      const fresh = eb("block_number", ">", head - BigInt(chain.finality.finalized));
      const followed = eb("status", "in", ["pending", "safe"]);
      return eb.or([waiting, followed, eb.and([eb("status", "=", "failed"), fresh])]);
    })
    .orderBy("signer")
    .orderBy("nonce")
    .execute();
}

/** Per signer: nonces below this were used in a block deep enough not to be taken back. */
async function settledNonces(chain: Chain, head: bigint, rows: Tracked[]): Promise<Map<string, bigint>> {
  const depth = BigInt(chain.finality.finalized);
  const blockNumber = head > depth ? head - depth : 0n;
  const waiting = rows.filter((row) => row.block_number === null);
  const signers = [...new Set(waiting.map((row) => row.signer))];
  return new Map(
    await Promise.all(
      signers.map(async (signer): Promise<[string, bigint]> => [signer, await nonceAt(chain, signer, blockNumber)]),
    ),
  );
}

async function followUnmined(pipeline: Pipeline, chain: Chain, row: Tracked, used: Map<string, bigint>): Promise<void> {
  const log = pipeline.log.child({ chainId: chain.chainId, hash: row.hash, kind: row.kind, subject: row.subject });
  if (row.block_number !== null) {
    log.warn({ blockNumber: row.block_number.toString() }, "a reorg dropped a transaction; it goes back to the pool");
    const dropped = { status: "submitted" as const, block_number: null, block_hash: null, gas_used: null, error: null };
    if (await change(pipeline, row, dropped)) await broadcast(pipeline, chain, { ...row, status: "submitted" });
    return;
  }
  if (row.nonce < (used.get(row.signer) ?? 0n)) {
    log.error({ nonce: row.nonce.toString() }, "another transaction of this key used the nonce");
    await change(pipeline, row, { status: "failed", error: "nonce_taken" });
    return;
  }
  const waited = (Date.now() - row.updated_at.getTime()) / 1000;
  // A queued one was never taken by a node: the process ended in between, or the node refused.
  const patience = row.status === "queued" ? Math.min(2, pipeline.rebroadcastSeconds) : pipeline.rebroadcastSeconds;
  if (waited < patience) return;
  log.info({ waited }, "broadcasting stored bytes again");
  await broadcast(pipeline, chain, row);
  await change(pipeline, row, {});
}

async function followMined(
  pipeline: Pipeline,
  chain: Chain,
  row: Tracked,
  receipt: Mined,
  head: bigint,
): Promise<void> {
  const status = statusOf(chain, receipt, head);
  if (row.status === status && row.block_hash === receipt.blockHash) return;
  const log = pipeline.log.child({ chainId: chain.chainId, hash: row.hash, kind: row.kind, subject: row.subject });
  const error = status === "failed" ? await reasonOf(chain, row, receipt) : null;
  const changed = await change(pipeline, row, {
    status,
    error,
    block_number: receipt.blockNumber,
    block_hash: receipt.blockHash,
    gas_used: receipt.gasUsed,
  });
  if (!changed) return;
  if (status === "failed") log.error({ error }, "a transaction reverted");
  else if (row.block_hash !== receipt.blockHash) log.info({ blockNumber: receipt.blockNumber.toString() }, "mined");
}

function statusOf(chain: Chain, receipt: Mined, head: bigint): TransactionStatus {
  if (receipt.status === "reverted") return "failed";
  const confirmations = head - receipt.blockNumber;
  if (confirmations >= BigInt(chain.finality.finalized)) return "finalized";
  return confirmations >= BigInt(chain.finality.safe) ? "safe" : "pending";
}

/** Runs the call again on the block before; best effort, for the log and the operator. */
async function reasonOf(chain: Chain, row: Tracked, receipt: Mined): Promise<string> {
  try {
    await chain.client.call({
      account: row.signer,
      to: row.to_address,
      data: row.data,
      value: BigInt(row.value),
      gas: BigInt(row.gas_limit),
      blockNumber: receipt.blockNumber - 1n,
    });
    return "reverted";
  } catch (error) {
    return describeRevert(revertData(error));
  }
}

/** Only if nobody has changed the row since we read it. */
async function change(pipeline: Pipeline, row: Tracked, changes: RowChanges<"chain_transaction">): Promise<boolean> {
  try {
    const result = await pipeline.db
      .updateTable("keystone.chain_transaction")
      .set({ ...changes, updated_at: new Date() })
      .where("id", "=", row.id)
      .where("hash", "=", row.hash)
      .where("status", "=", row.status)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  } catch (error) {
    // A reorg gave a reverted transaction another chance after its effect had got a new one. The new one is the effect's.
    if (row.status !== "failed" || !isUniqueViolation(error)) throw error;
    return false;
  }
}
