import type { Deployment } from "@keystoneos/protocol";
import { type Store, type StoreTransaction, transaction } from "@keystoneos/store";
import { sql } from "kysely";
import { CLOSING_INITIAL_STATE } from "./render-context.ts";

/** Everybody's settlements; `chain` is what is indexed of them. */
export function allSettlements(db: Store | StoreTransaction, deployment: Deployment) {
  return db
    .selectFrom("keystone.settlement as settlement")
    .innerJoin("keystone.template as template", "template.id", "settlement.template_id")
    .leftJoin("indexer.settlement as chain", (join) =>
      join
        .onRef("chain.settlement_hash", "=", "settlement.settlement_hash")
        .on("chain.chain_id", "=", BigInt(deployment.coordinatorChainId)),
    );
}

/** Settlements with a party of the environment, and nobody else's. */
export function settlementsOf(db: Store | StoreTransaction, deployment: Deployment, environmentId: string) {
  return allSettlements(db, deployment).where((eb) =>
    eb.exists(
      eb
        .selectFrom("keystone.party as mine")
        .select("mine.id")
        .whereRef("mine.settlement_id", "=", "settlement.id")
        .where("mine.environment_id", "=", environmentId),
    ),
  );
}

/** The initial state until the coordinator's own is indexed. Without parameters, so that a query can group by it. */
export const shownState = sql<string>`coalesce(chain.state, CASE settlement.settlement_category
  WHEN 'repo_close' THEN ${sql.lit(CLOSING_INITIAL_STATE)} ELSE template.config->>'initial_state' END)`;

/** Runs reads of many tables and views on one snapshot. */
export function inSnapshot<T>(db: Store, work: (trx: StoreTransaction) => Promise<T>): Promise<T> {
  return transaction(db, work, { isolation: "repeatable read" });
}
