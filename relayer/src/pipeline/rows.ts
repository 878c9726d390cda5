import { type Database, isUniqueViolation } from "@keystoneos/store";
import { sql, type UpdateObject } from "kysely";
import type { Chain } from "../chains/client.ts";
import type { Mined } from "../chains/receipts.ts";
import { decodeRevert, revertData } from "../chains/revert.ts";
import type { Attempt, Transaction } from "./attempts.ts";
import { fenced } from "./fence.ts";
import type { Lane } from "./lane.ts";
import type { Pipeline } from "./types.ts";

/** Changes a transaction unless somebody has since it was read. False then, or where its effect has got another one meanwhile. */
export async function change(
  pipeline: Pipeline,
  lane: Lane,
  transaction: Transaction,
  changes: UpdateObject<Database, "keystone.chain_transaction">,
): Promise<boolean> {
  try {
    return await fenced(pipeline, lane, async (trx) => {
      const result = await trx
        .updateTable("keystone.chain_transaction")
        .set({ ...changes, updated_at: sql<Date>`now()` })
        .where("id", "=", transaction.id)
        .where("hash", "=", transaction.hash)
        .where("status", "=", transaction.status)
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    });
  } catch (error) {
    // A reorg gave a reverted transaction another chance after its effect had got a new one. The new one is the effect's.
    if (transaction.status !== "failed" || !isUniqueViolation(error)) throw error;
    return false;
  }
}

/**
 * Takes a transaction that the chain does not have up to `head` out of its block again: it waits to be mined, with its newest bytes. Of a block
 * above nothing can be said, and it stays.
 */
export async function takeBack(
  pipeline: Pipeline,
  lane: Lane,
  transaction: Transaction,
  [newest]: readonly Attempt[] = [],
  head: bigint,
): Promise<void> {
  if (newest === undefined || isAbove(transaction, head)) return;
  const unmined = { block_number: null, block_hash: null, gas_used: null, gas_cost: null, mined_at: null, error: null };
  const changes = { ...unmined, ...shown(newest), status: "submitted" as const, broadcast_at: null };
  if (!(await change(pipeline, lane, transaction, changes))) return;
  pipeline.log.warn(named(lane, transaction), "a reorg dropped a transaction; it waits to be mined again");
}

/** Another process, or this one before it restarted, saw it in a block that the quorum's head has not reached. */
export function isAbove({ block_number }: Transaction, head: bigint): boolean {
  return block_number !== null && block_number > head;
}

/** What the row shows of an attempt. */
export function shown({ hash, raw, max_fee_per_gas, max_priority_fee_per_gas }: Attempt) {
  return { hash, raw, max_fee_per_gas, max_priority_fee_per_gas };
}

/** What the row says of the block. */
export function mined({ blockNumber, blockHash, gasUsed, gasCost }: Mined) {
  return { block_number: blockNumber, block_hash: blockHash, gas_used: gasUsed, gas_cost: gasCost };
}

/** Runs a reverted call again on the block before; best effort, for the log and the operator. */
export async function reasonOf(chain: Chain, transaction: Transaction, receipt: Mined): Promise<string> {
  try {
    await chain.client.call({
      account: transaction.signer,
      to: transaction.to_address,
      data: transaction.data,
      value: BigInt(transaction.value),
      gas: BigInt(transaction.gas_limit),
      blockNumber: receipt.blockNumber - 1n,
    });
    return "reverted";
  } catch (error) {
    return decodeRevert(revertData(error)).text;
  }
}

/** For the log. */
export function named(lane: Lane, { hash, kind, subject, nonce }: Transaction) {
  return { chainId: lane.chain.chainId, hash, kind, subject, nonce: nonce.toString() };
}
