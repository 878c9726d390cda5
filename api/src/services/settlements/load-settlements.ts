import type { TemplateConfig } from "@keystoneos/protocol";
import type { Row, StoreTransaction, TransactionKind } from "@keystoneos/store";
import type { ChainFacts } from "./chain-facts.ts";
import { type IndexedFacts, readChainFacts } from "./chain-facts.ts";
import { loadRepoHalves, type RepoHalf } from "./load-repo-halves.ts";
import { readSigned, type SignedStatement } from "./statements.ts";

export type SettlementRow = Row<"settlement"> & { template_version: number; template_config: TemplateConfig };

type SettlementTransactionRow = Pick<
  Row<"chain_transaction">,
  "settlement_id" | "chain_id" | "hash" | "block_number" | "status" | "intent_id" | "created_at"
> & { kind: TransactionKind };

type InterventionRow = Pick<
  Row<"intent">,
  "id" | "settlement_id" | "status" | "target_state" | "evidence_hash" | "actor" | "created_at"
>;

/** All that is known of one settlement: what was agreed, what was done, what the chains show. */
export interface LoadedSettlement {
  row: SettlementRow;
  /** By position. */
  parties: Row<"party">[];
  /** By leg index. */
  legs: Row<"leg">[];
  checks: Row<"compliance_check">[];
  /** Of which round our attester's statements speak, where there was more than one. */
  signed: readonly SignedStatement[];
  transactions: SettlementTransactionRow[];
  /** Steps of the coordinator that operators have asked for, oldest first. */
  interventions: InterventionRow[];
  chain: ChainFacts;
  /** Of a repo: its other half. */
  repo: RepoHalf | null;
}

export interface LoadedSettlements {
  settlements: LoadedSettlement[];
  heads: IndexedFacts["heads"];
}

/** Loads the parts of settlements, in the order of `rows`. `trx` is one snapshot, so that the parts belong together. */
export async function loadSettlements(trx: StoreTransaction, rows: SettlementRow[]): Promise<LoadedSettlements> {
  const ids = rows.map((row) => row.id);
  const facts = await readChainFacts(
    trx,
    rows.map((row) => row.settlement_hash),
    [...new Set(rows.flatMap((row) => row.terms.attesters))],
  );
  if (ids.length === 0) return { settlements: [], heads: facts.heads };
  const parties = Map.groupBy(
    await trx.selectFrom("keystone.party").selectAll().where("settlement_id", "in", ids).orderBy("position").execute(),
    (row) => row.settlement_id,
  );
  const legs = Map.groupBy(
    await trx.selectFrom("keystone.leg").selectAll().where("settlement_id", "in", ids).orderBy("leg_index").execute(),
    (row) => row.settlement_id,
  );
  const allChecks = await trx
    .selectFrom("keystone.compliance_check")
    .selectAll()
    .where("settlement_id", "in", ids)
    .orderBy("created_at")
    // A round's checks are planned in one moment.
    .orderBy("check_type")
    .orderBy("provider")
    .orderBy("id")
    .execute();
  const checks = Map.groupBy(allChecks, (row) => row.settlement_id);
  const signed = await readSigned(trx, allChecks);
  const transactions = Map.groupBy(
    await trx
      .selectFrom("keystone.chain_transaction")
      .select(["settlement_id", "chain_id", "hash", "block_number", "kind", "status", "intent_id", "created_at"])
      .where("settlement_id", "in", ids)
      .where("kind", "<>", "noop")
      .$narrowType<{ kind: TransactionKind }>()
      .orderBy("created_at")
      .orderBy("id")
      .execute(),
    (row) => row.settlement_id,
  );
  const interventions = Map.groupBy(
    await trx
      .selectFrom("keystone.intent")
      .select(["id", "settlement_id", "status", "target_state", "evidence_hash", "actor", "created_at"])
      .where("settlement_id", "in", ids)
      .where("target_state", "is not", null)
      .orderBy("created_at")
      .orderBy("id")
      .execute(),
    (row) => row.settlement_id,
  );
  const halves = await loadRepoHalves(trx, rows);
  const settlements = rows.map((row) => ({
    row,
    parties: parties.get(row.id) ?? [],
    legs: legs.get(row.id) ?? [],
    checks: checks.get(row.id) ?? [],
    signed: signed.get(row.id) ?? [],
    transactions: transactions.get(row.id) ?? [],
    interventions: interventions.get(row.id) ?? [],
    chain: facts.of(row.settlement_hash),
    repo: halves.get(row.id) ?? null,
  }));
  return { settlements, heads: facts.heads };
}
