import type { Deployment } from "@keystoneos/protocol";
import type { Store, StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";

/** Everybody's checks in the present round of screening; `chain` is what is indexed of their settlement. */
export function allChecks(db: Store | StoreTransaction, deployment: Deployment) {
  return db
    .selectFrom("keystone.compliance_check as check")
    .innerJoin("keystone.party as party", "party.id", "check.party_id")
    .innerJoin("keystone.settlement as settlement", "settlement.id", "check.settlement_id")
    .leftJoin("indexer.settlement as chain", (join) =>
      join
        .onRef("chain.settlement_hash", "=", "settlement.settlement_hash")
        .on("chain.chain_id", "=", BigInt(deployment.coordinatorChainId)),
    );
}

/** Those of the environment's own parties. */
export function checksOf(db: Store | StoreTransaction, deployment: Deployment, environmentId: string) {
  return allChecks(db, deployment).where("party.environment_id", "=", environmentId);
}

/** Whether the settlement's verdict is taken, so that nothing is left to decide. */
export const isEnded = sql<boolean>`coalesce(chain.verdict <> 'none', false)`;
