import { sql } from "kysely";
import type { Dependencies } from "../../context.ts";
import type { Pipeline } from "../../schemas/admin/settlement.ts";
import { settlementState } from "../../schemas/enums.ts";
import { allSettlements, shownState } from "../settlements/select-settlement.ts";
import { TERMINAL_STATES } from "./settlement-filters.ts";

/** How many settlements there are in each state, those without any included. */
export async function getPipeline({ db, deployment }: Dependencies): Promise<Pipeline> {
  const rows = await allSettlements(db, deployment)
    .select(shownState.as("shown"))
    .select((eb) => eb.fn.countAll<bigint>().as("count"))
    .groupBy(sql`shown`)
    .execute();
  const states = settlementState.options.map((state) => ({
    state,
    count: Number(rows.find(({ shown }) => shown === state)?.count ?? 0),
  }));
  const sum = (terminal: boolean) =>
    states
      .filter(({ state }) => TERMINAL_STATES.includes(state) === terminal)
      .reduce((total, { count }) => total + count, 0);
  return { states, total_in_flight: sum(false), total_terminal: sum(true) };
}
