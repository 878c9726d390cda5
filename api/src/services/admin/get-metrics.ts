import { sql } from "kysely";
import type { Dependencies } from "../../context.ts";
import type { Metrics, Period } from "../../schemas/admin/settlement.ts";
import { inSnapshot } from "../settlements/select-settlement.ts";
import { enteredStates } from "./entered-states.ts";
import { secondsOf } from "./period.ts";

/** What became of settlements in a period. Instructed are those that were agreed in it; a repo's closing when it opens. */
export function getMetrics({ db, deployment }: Dependencies, period: Period): Promise<Metrics> {
  return inSnapshot(db, async (trx) => {
    const entered = await enteredStates(trx, deployment, period);
    const { agreed } = await trx
      .selectFrom("keystone.settlement")
      .select((eb) => eb.fn.countAll<bigint>().as("agreed"))
      .where("created_at", ">=", sql<Date>`now() - make_interval(secs => ${secondsOf(period)})`)
      .where(sql<boolean>`settlement_category IS DISTINCT FROM 'repo_close'`)
      .executeTakeFirstOrThrow();
    const into = (state: string) => entered.filter(({ to_state }) => to_state === state);
    const count = (state: string) => into(state).reduce((sum, step) => sum + step.count, 0);
    const finalized = count("FINALIZED");
    const seconds = into("FINALIZED").reduce((sum, step) => sum + step.average_seconds * step.count, 0);
    return {
      period,
      throughput: {
        finalized_count: finalized,
        rolled_back_count: count("ROLLED_BACK"),
        average_time_to_finalize_seconds: finalized === 0 ? null : Math.max(0, seconds / finalized),
      },
      funnel: {
        instructed: Number(agreed) + count("INSTRUCTED"),
        compliance_cleared: count("COMPLIANCE_CLEARED"),
        assets_locked: count("EXECUTING_SWAP"),
        finalized,
        rolled_back: count("ROLLED_BACK"),
        timed_out: count("TIMED_OUT"),
      },
    };
  });
}
