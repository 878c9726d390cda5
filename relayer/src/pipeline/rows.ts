import { type Database, isUniqueViolation } from "@keystoneos/store";
import { sql, type UpdateObject } from "kysely";
import type { Hex, TransactionReceipt } from "viem";
import type { Chain } from "../chains/client.ts";
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

/** Takes a transaction out of its block again: it waits to be mined, with its newest bytes. */
export function takeBack(pipeline: Pipeline, lane: Lane, transaction: Transaction, newest: Attempt): Promise<boolean> {
  const unmined = { block_number: null, block_hash: null, gas_used: null, gas_cost: null, mined_at: null, error: null };
  return change(pipeline, lane, transaction, {
    ...unmined,
    ...shown(newest),
    status: "submitted",
    broadcast_at: null,
  });
}

/** What the row shows of an attempt. */
export function shown({ hash, raw, max_fee_per_gas, max_priority_fee_per_gas }: Attempt) {
  return { hash, raw, max_fee_per_gas, max_priority_fee_per_gas };
}

/** What the row says of the block. */
export function mined(receipt: TransactionReceipt) {
  return {
    block_number: receipt.blockNumber,
    block_hash: receipt.blockHash,
    gas_used: receipt.gasUsed,
    gas_cost: receipt.gasUsed * receipt.effectiveGasPrice + dataFee(receipt),
  };
}

/** What an OP Stack rollup takes besides, for publishing the transaction. */
function dataFee(receipt: TransactionReceipt): bigint {
  const { l1Fee } = receipt as { l1Fee?: Hex | bigint | null };
  return l1Fee === undefined || l1Fee === null ? 0n : BigInt(l1Fee);
}

/** The attempt that was mined, with its receipt; null while none was. */
export async function findMined(
  chain: Chain,
  attempts: readonly Attempt[],
): Promise<{ attempt: Attempt; receipt: TransactionReceipt } | null> {
  for (const attempt of attempts) {
    const receipt = await chain.client.getTransactionReceipt({ hash: attempt.hash }).catch(notFound);
    if (receipt !== null) return { attempt, receipt };
  }
  return null;
}

/** Runs a reverted call again on the block before; best effort, for the log and the operator. */
export async function reasonOf(chain: Chain, transaction: Transaction, receipt: TransactionReceipt): Promise<string> {
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

function notFound(error: unknown): null {
  if (error instanceof Error && error.name === "TransactionReceiptNotFoundError") return null;
  throw error;
}
