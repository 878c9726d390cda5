import type { ChainViews, Store, StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { Address, Hex } from "viem";
import type { Heads } from "./finality.ts";

type View<T extends keyof ChainViews> = ChainViews[T];
type LegDeposited = Pick<View<"chain_event">, "chain_id" | "block_number" | "block_timestamp" | "tx_hash">;

/** What the chains show of one settlement. */
export interface ChainFacts {
  settlement: View<"settlement"> | undefined;
  /** By leg index. */
  legs: Map<number, View<"leg">>;
  /** By chain id. */
  chains: Map<number, View<"settlement_chain">>;
  wallets: View<"revealed_wallet">[];
  /** Every statement of the attesters that count, oldest first. */
  attestations: View<"attestation">[];
  deposits: LegDeposited[];
  /** Block of the newest event of this settlement, by chain id. */
  newestBlock: Map<number, number>;
}

export interface IndexedFacts {
  heads: Heads;
  of(settlementHash: Hex): ChainFacts;
}

/**
 * Reads everything indexed about these settlements. Call it inside one snapshot: the views move with the chains. Anyone may write to
 * the registry about anything, so only the statements of `attesters` are read.
 */
export async function readChainFacts(
  db: Store | StoreTransaction,
  hashes: Hex[],
  attesters: readonly Address[],
): Promise<IndexedFacts> {
  const heads: Heads = new Map(
    (await db.selectFrom("indexer.chain_head").select(["chain_id", "block_number", "block_timestamp"]).execute()).map(
      (row) => [Number(row.chain_id), { block: Number(row.block_number), timestamp: Number(row.block_timestamp) }],
    ),
  );
  if (hashes.length === 0) return { heads, of: () => emptyFacts() };
  const facts = new Map<Hex, ChainFacts>(hashes.map((hash) => [hash, emptyFacts()]));
  const into = (hash: Hex | null) => (hash === null ? undefined : facts.get(hash));
  const about = { hashes };
  for (const row of await settlements(db, about)) (into(row.settlement_hash) as ChainFacts).settlement = row;
  for (const row of await legs(db, about)) into(row.settlement_hash)?.legs.set(row.leg_index, row);
  for (const row of await chains(db, about)) into(row.settlement_hash)?.chains.set(Number(row.chain_id), row);
  for (const row of await wallets(db, about)) into(row.settlement_hash)?.wallets.push(row);
  for (const row of await readAttestations(db, hashes, attesters)) into(row.settlement_hash)?.attestations.push(row);
  for (const row of await events(db, about)) {
    const fact = into(row.settlement_hash);
    fact?.newestBlock.set(Number(row.chain_id), Number(row.newest_block));
    fact?.deposits.push(...row.deposits.map((d) => depositOf(row.chain_id, d)));
  }
  return { heads, of: (hash) => facts.get(hash) ?? emptyFacts() };
}

function emptyFacts(): ChainFacts {
  return {
    settlement: undefined,
    legs: new Map(),
    chains: new Map(),
    wallets: [],
    attestations: [],
    deposits: [],
    newestBlock: new Map(),
  };
}

type Db = Store | StoreTransaction;
type About = { hashes: Hex[] };

const settlements = (db: Db, { hashes }: About) =>
  db.selectFrom("indexer.settlement").selectAll().where("settlement_hash", "in", hashes).execute();

const legs = (db: Db, { hashes }: About) =>
  db.selectFrom("indexer.leg").selectAll().where("settlement_hash", "in", hashes).execute();

const chains = (db: Db, { hashes }: About) =>
  db.selectFrom("indexer.settlement_chain").selectAll().where("settlement_hash", "in", hashes).execute();

const wallets = (db: Db, { hashes }: About) =>
  db.selectFrom("indexer.revealed_wallet").selectAll().where("settlement_hash", "in", hashes).execute();

/** Every statement of these attesters about these settlements, oldest first. */
export function readAttestations(db: Db, hashes: Hex[], attesters: readonly Address[]) {
  return db
    .selectFrom("indexer.attestation")
    .selectAll()
    .where("settlement_hash", "in", hashes)
    .where((eb) => eb("attester", "=", eb.fn.any(eb.val(attesters.map((one) => one.toLowerCase() as Address)))))
    .orderBy("sequence")
    .orderBy("block_number")
    .execute();
}

/** JSON as Postgres makes it: its numbers are exact here, since block numbers and seconds stay far below 2^53. */
interface DepositJson {
  block_number: number;
  block_timestamp: number;
  tx_hash: Hex;
}

const events = (db: Db, { hashes }: About) =>
  db
    .selectFrom("indexer.chain_event")
    .select(["chain_id", "settlement_hash"])
    .select([
      sql<bigint>`max(block_number)`.as("newest_block"),
      sql<DepositJson[]>`coalesce(jsonb_agg(jsonb_build_object(
        'block_number', block_number, 'block_timestamp', block_timestamp, 'tx_hash', tx_hash) ORDER BY block_number, log_index)
        FILTER (WHERE event = 'LegDeposited'), '[]')`.as("deposits"),
    ])
    .where("settlement_hash", "in", hashes)
    .where("contract", "!=", "registry")
    .groupBy(["chain_id", "settlement_hash"])
    .execute();

function depositOf(chainId: bigint, deposit: DepositJson): LegDeposited {
  return {
    chain_id: chainId,
    block_number: BigInt(deposit.block_number),
    block_timestamp: BigInt(deposit.block_timestamp),
    tx_hash: deposit.tx_hash,
  };
}
