import { sql } from "kysely";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import type { DashboardMetrics } from "../../schemas/dashboard.ts";
import { settlementState } from "../../schemas/enums.ts";
import { checksOf } from "../compliance/select-checks.ts";
import { inSnapshot, settlementsOf, shownState } from "../settlements/select-settlement.ts";

/** What the lists of the environment would count, at one moment. */
export function getMetrics({ db, deployment }: Dependencies, { environmentId }: Caller): Promise<DashboardMetrics> {
  return inSnapshot(db, async (trx) => {
    const settlements = await settlementsOf(trx, deployment, environmentId)
      .select(shownState.as("state"))
      .select((eb) => eb.fn.countAll<bigint>().as("count"))
      .groupBy(shownState)
      .execute();
    const checks = await checksOf(trx, deployment, environmentId)
      .select("check.status")
      .select((eb) => eb.fn.countAll<bigint>().as("count"))
      .groupBy("check.status")
      .execute();
    const { recent } = await trx
      .selectFrom("keystone.activity_log")
      .select((eb) => eb.fn.countAll<bigint>().as("recent"))
      .where("environment_id", "=", environmentId)
      .where("created_at", ">", sql<Date>`now() - interval '24 hours'`)
      .executeTakeFirstOrThrow();
    const inState = (state: string) => Number(settlements.find((row) => row.state === state)?.count ?? 0n);
    const withStatus = (status: string) => Number(checks.find((row) => row.status === status)?.count ?? 0n);
    return {
      settlements_by_state: Object.fromEntries(
        settlementState.options.map((state) => [state, inState(state)]),
      ) as DashboardMetrics["settlements_by_state"],
      total_settlements: settlements.reduce((sum, { count }) => sum + Number(count), 0),
      compliance: {
        pass: withStatus("pass"),
        fail: withStatus("fail"),
        flagged: withStatus("flagged"),
        pending: withStatus("pending") + withStatus("error"),
      },
      recent_activity_count: Number(recent),
    };
  });
}
