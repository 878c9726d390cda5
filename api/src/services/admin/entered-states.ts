import type { Deployment } from "@keystoneos/protocol";
import type { StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { Period } from "../../schemas/admin/settlement.ts";
import { allSettlements } from "../settlements/select-settlement.ts";
import { secondsOf } from "./period.ts";

export interface EnteredState {
  from_state: string;
  to_state: string;
  count: number;
  /** From the match, on the average. */
  average_seconds: number;
}

/**
 * The steps that our settlements took in a period, by the time of their blocks. A settlement that timed out before it was created took
 * one too, of which there is only the verdict.
 */
export async function enteredStates(
  trx: StoreTransaction,
  deployment: Deployment,
  period: Period,
): Promise<EnteredState[]> {
  const since = sql<bigint>`extract(epoch FROM now())::bigint - ${secondsOf(period)}::bigint`;
  const age = (table: "step" | "chain") =>
    sql<number>`avg(${sql.ref(`${table}.block_timestamp`)} - extract(epoch FROM settlement.created_at))::float8`;
  const steps = await trx
    .selectFrom("indexer.transition as step")
    .innerJoin("keystone.settlement as settlement", "settlement.settlement_hash", "step.settlement_hash")
    .select(["step.from_state", "step.to_state", age("step").as("average_seconds")])
    .select((eb) => eb.fn.countAll<bigint>().as("count"))
    .where("step.chain_id", "=", BigInt(deployment.coordinatorChainId))
    .where("step.from_state", "is not", null)
    .where("step.block_timestamp", ">=", since)
    .groupBy(["step.from_state", "step.to_state"])
    .execute();
  const initial = sql<string>`template.config->>'initial_state'`;
  const uncreated = await allSettlements(trx, deployment)
    .select([initial.as("from_state"), "chain.state as to_state", age("chain").as("average_seconds")])
    .select((eb) => eb.fn.countAll<bigint>().as("count"))
    .where("chain.created", "=", false)
    .where("chain.block_timestamp", ">=", since)
    .groupBy([initial, "chain.state"])
    .execute();
  const known = new Map<string, EnteredState>();
  for (const row of [...steps, ...uncreated]) {
    // The condition has left out what has none.
    const [from_state, to_state] = [row.from_state as string, row.to_state as string];
    const count = Number(row.count);
    const before = known.get(`${from_state} ${to_state}`);
    const total = count + (before?.count ?? 0);
    const sum = row.average_seconds * count + (before === undefined ? 0 : before.average_seconds * before.count);
    known.set(`${from_state} ${to_state}`, { from_state, to_state, count: total, average_seconds: sum / total });
  }
  return [...known.values()];
}
