import type { Store, StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { Lane } from "./lane.ts";
import type { Pipeline } from "./types.ts";

/** Wei of gas that a chain's transactions of the last 24 hours have cost, and what those in flight may cost at most. */
export async function gasSpent(db: Store | StoreTransaction, chainId: number): Promise<bigint> {
  const { rows } = await sql<{ wei: string }>`
    SELECT coalesce(sum(CASE WHEN gas_cost IS NULL THEN gas_limit * max_fee_per_gas ELSE gas_cost END), 0)::numeric(78, 0) AS wei
    FROM keystone.chain_transaction
    WHERE chain_id = ${chainId} AND (
      status IN ('queued', 'submitted') OR (gas_cost IS NOT NULL AND mined_at > now() - interval '24 hours'))`.execute(
    db,
  );
  return BigInt(rows[0]?.wei ?? 0);
}

/** Why a call of this cost may not be stored now, null if it may. Until the end of the transaction nobody else adds to the chain's gas. */
export async function overBudget(
  trx: StoreTransaction,
  { settings }: Pipeline,
  { chain: { chainId } }: Lane,
  gasCost: bigint,
): Promise<string | null> {
  const budget = settings.gasBudgets.get(chainId);
  if (budget === undefined) return null;
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`gas:${chainId}`}, 0))`.execute(trx);
  const spent = await gasSpent(trx, chainId);
  if (spent + gasCost <= budget) return null;
  return `${spent} of ${budget} wei are spent or reserved, and it may cost ${gasCost}`;
}

/** Why a key cannot pay for a call beside everything that it has in flight, null if it can. */
export async function unfunded(
  trx: StoreTransaction,
  { chain: { chainId }, address }: Lane,
  balance: bigint,
  cost: bigint,
): Promise<string | null> {
  const { rows } = await sql<{ wei: string }>`
    SELECT coalesce(sum(gas_limit * max_fee_per_gas + value), 0)::numeric(78, 0) AS wei FROM keystone.chain_transaction
    WHERE chain_id = ${chainId} AND signer = ${address} AND status IN ('queued', 'submitted')`.execute(trx);
  const reserved = BigInt(rows[0]?.wei ?? 0);
  if (balance >= reserved + cost) return null;
  return `${address} has ${balance} wei, of which ${reserved} are reserved, and it may cost ${cost}`;
}
