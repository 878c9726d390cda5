import { z } from "@hono/zod-openapi";
import { settlementState } from "./enums.ts";

const count = z.int().min(0);

export const DashboardMetrics = z
  .strictObject({
    settlements_by_state: z
      .strictObject(
        Object.fromEntries(settlementState.options.map((state) => [state, count])) as Record<
          (typeof settlementState.options)[number],
          typeof count
        >,
      )
      .openapi({ description: "Every state, those that no settlement is in included." }),
    total_settlements: count,
    compliance: z
      .strictObject({
        pass: count,
        fail: count,
        flagged: count,
        pending: count.openapi({ description: "Still to be made, those included that a provider did not answer." }),
      })
      .openapi({ description: "Checks of own parties in the present round of screening." }),
    recent_activity_count: count.openapi({ description: "Activity of the environment in the last 24 hours." }),
  })
  .openapi("DashboardMetrics");

export type DashboardMetrics = z.output<typeof DashboardMetrics>;
