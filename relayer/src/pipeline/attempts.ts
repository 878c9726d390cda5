import type { AttemptPurpose, Row, StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";
import { type Address, type Hex, keccak256 } from "viem";
import type { Fees } from "./fees.ts";
import { fencedBuilding } from "./fence.ts";
import type { Lane } from "./lane.ts";
import type { Draft, Pipeline } from "./types.ts";

export type Transaction = Row<"chain_transaction">;
export type Attempt = Pick<
  Row<"transaction_attempt">,
  "hash" | "raw" | "ordinal" | "purpose" | "max_fee_per_gas" | "max_priority_fee_per_gas" | "head_number"
> & {
  /** Of the lease under which it was signed; null for one that is only in its transaction's row. */
  fence: bigint | null;
};

/** A transfer of nothing to oneself. */
const NOOP_GAS = 21_000n;

interface Content {
  to: Address;
  data: Hex;
  value: bigint;
  gas: bigint;
}

/** Stores a draft under its nonce with the bytes of its first attempt, all or nothing. */
export async function storeDraft(
  trx: StoreTransaction,
  lane: Lane,
  draft: Draft,
  parts: { nonce: number; gasLimit: bigint; fees: Fees; head: bigint; fence: bigint },
): Promise<{ id: string; hash: Hex }> {
  const { to, data, value, intentId: intent_id, settlementId: settlement_id, kind, subject } = draft;
  const content = { to, data, value, gas: parts.gasLimit };
  const probes = JSON.stringify(draft.probes);
  return storeFirst(trx, lane, content, { intent_id, settlement_id, kind, subject, probes }, parts);
}

/** Stores a transfer of nothing under a nonce that nothing else fills. */
export async function storeNoop(
  trx: StoreTransaction,
  lane: Lane,
  parts: { nonce: number; fees: Fees; head: bigint; fence: bigint },
): Promise<void> {
  const of = { intent_id: null, settlement_id: null, kind: "noop" as const, subject: "" };
  await storeFirst(trx, lane, noop(lane), of, parts);
}

async function storeFirst(
  trx: StoreTransaction,
  lane: Lane,
  content: Content,
  of: Pick<Transaction, "intent_id" | "settlement_id" | "kind" | "subject"> & { probes?: string },
  { nonce, fees, head, fence }: { nonce: number; fees: Fees; head: bigint; fence: bigint },
): Promise<{ id: string; hash: Hex }> {
  const signed = await sign(lane, nonce, content, fees);
  const row = await trx
    .insertInto("keystone.chain_transaction")
    .values({
      ...of,
      chain_id: lane.chain.chainId,
      signer: lane.address,
      nonce,
      to_address: content.to.toLowerCase() as Address,
      data: content.data,
      value: content.value,
      gas_limit: content.gas,
      ...signed,
    })
    .returning(["id", "hash"])
    .executeTakeFirstOrThrow();
  await trx
    .insertInto("keystone.transaction_attempt")
    .values({ ...signed, transaction_id: row.id, ordinal: 1, purpose: "first", head_number: head, fence })
    .execute();
  return row;
}

/**
 * Stores further bytes for the nonce of a transaction that is not mined: its call again, or a transfer of nothing in its place. Null when it
 * has changed since it was read.
 */
export async function storeAttempt(
  pipeline: Pipeline,
  lane: Lane,
  transaction: Transaction,
  last: Attempt,
  next: { purpose: Exclude<AttemptPurpose, "first">; fees: Fees; head: bigint },
): Promise<Attempt | null> {
  const { to_address: to, data, value, gas_limit } = transaction;
  const content =
    next.purpose === "cancellation" ? noop(lane) : { to, data, value: BigInt(value), gas: BigInt(gas_limit) };
  const signed = await sign(lane, Number(transaction.nonce), content, next.fees);
  return fencedBuilding(pipeline, lane, async (trx, fence) => {
    const changed = await trx
      .updateTable("keystone.chain_transaction")
      .set({ ...signed, broadcast_at: null, updated_at: sql<Date>`now()` })
      .where("id", "=", transaction.id)
      .where("hash", "=", transaction.hash)
      .where("status", "=", transaction.status)
      .executeTakeFirst();
    if (changed.numUpdatedRows === 0n) return null;
    if (last.fence === null) await keep(trx, transaction.id, last);
    const ordinal = last.ordinal + 1;
    return trx
      .insertInto("keystone.transaction_attempt")
      .values({
        ...signed,
        transaction_id: transaction.id,
        ordinal,
        purpose: next.purpose,
        head_number: next.head,
        fence,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
  });
}

/** Every attempt of these transactions, the newest first; never none. */
export async function attemptsOf(
  { db }: Pipeline,
  transactions: readonly Transaction[],
): Promise<Map<string, readonly [Attempt, ...Attempt[]]>> {
  if (transactions.length === 0) return new Map();
  const rows = await db
    .selectFrom("keystone.transaction_attempt")
    .selectAll()
    .where(
      "transaction_id",
      "in",
      transactions.map(({ id }) => id),
    )
    .orderBy("ordinal", "desc")
    .execute();
  const found = Map.groupBy(rows, (row) => row.transaction_id);
  return new Map(
    transactions.map((transaction) => {
      const [newest, ...older] = found.get(transaction.id) ?? [];
      return [transaction.id, newest === undefined ? [alone(transaction)] : [newest, ...older]];
    }),
  );
}

/** Of a transaction that a version before attempts has stored. */
function alone(transaction: Transaction): Attempt {
  return { ...transaction, ordinal: 1, purpose: "first", head_number: transaction.block_number ?? 0n, fence: null };
}

/** Before other bytes take their place in the row: they may still be mined, and are to be found then. */
async function keep(trx: StoreTransaction, transaction_id: string, attempt: Attempt): Promise<void> {
  const { hash, raw, ordinal, purpose, max_fee_per_gas, max_priority_fee_per_gas, head_number } = attempt;
  const fees = { max_fee_per_gas, max_priority_fee_per_gas };
  await trx
    .insertInto("keystone.transaction_attempt")
    .values({ transaction_id, hash, raw, ordinal, purpose, ...fees, head_number, fence: 0n })
    .execute();
}

function noop(lane: Lane): Content {
  return { to: lane.address, data: "0x", value: 0n, gas: NOOP_GAS };
}

async function sign(lane: Lane, nonce: number, content: Content, fees: Fees) {
  const { maxFeePerGas, maxPriorityFeePerGas } = fees;
  const { chainId } = lane.chain;
  const raw = await lane.signer.signTransaction({
    type: "eip1559",
    chainId,
    nonce,
    ...content,
    maxFeePerGas,
    maxPriorityFeePerGas,
  });
  return {
    raw,
    hash: keccak256(raw),
    max_fee_per_gas: maxFeePerGas,
    max_priority_fee_per_gas: maxPriorityFeePerGas,
  };
}
