import { z } from "@hono/zod-openapi";
import { settlementState } from "../enums.ts";
import { pageOf } from "../page.ts";
import { SettlementRead } from "../settlement.ts";

const named = {
  ...SettlementRead.shape,
  platform_name: z.string().openapi({ example: "Acme" }),
  environment_slug: z.string().openapi({ example: "production" }),
  counterparty_platform_name: z
    .string()
    .openapi({ example: "Meridian Bank" })
    .nullable()
    .openapi({ description: "Null when one platform has all parties." }),
};

export const AdminSettlementRead = z.strictObject(named).openapi("AdminSettlementRead", {
  description: "Both sides in full; never a deposit secret.",
});

export const AdminSettlementPage = pageOf("AdminSettlement", AdminSettlementRead);

export const StuckSettlementRead = z
  .strictObject({
    ...named,
    stuck_reason: z.enum(["timeout_passed", "no_progress"]),
    stale_seconds: z.int().min(0).openapi({ description: "Since anything happened to it on any chain." }),
  })
  .openapi("StuckSettlementRead");

export const StuckSettlementPage = pageOf("StuckSettlement", StuckSettlementRead);

const count = z.int().min(0);

export const Pipeline = z
  .strictObject({
    states: z.array(z.strictObject({ state: settlementState, count })),
    total_in_flight: count,
    total_terminal: count,
  })
  .openapi("Pipeline", { description: "All settlements by their indexed state." });

export const period = z.enum(["1h", "24h", "7d", "30d"]).openapi("Period");
export type Period = z.output<typeof period>;

export const Metrics = z
  .strictObject({
    period,
    throughput: z.strictObject({
      finalized_count: count,
      rolled_back_count: count,
      average_time_to_finalize_seconds: z
        .number()
        .min(0)
        .nullable()
        .openapi({ description: "From the match to FINALIZED, of those finalized in the period; null without any." }),
    }),
    funnel: z
      .strictObject({
        instructed: count,
        compliance_cleared: count,
        assets_locked: count.openapi({ description: "Entered EXECUTING_SWAP." }),
        finalized: count,
        rolled_back: count,
        timed_out: count,
      })
      .openapi({ description: "How many settlements entered each state in the period." }),
  })
  .openapi("Metrics");

export const Transitions = z
  .strictObject({
    period,
    transitions: z
      .array(
        z.strictObject({
          from_state: z.string().openapi({ example: "INSTRUCTED" }),
          to_state: z.string().openapi({ example: "COMPLIANCE_CHECKING" }),
          count,
        }),
      )
      .openapi({ description: "The most frequent first." }),
  })
  .openapi("Transitions");

export type AdminSettlementRead = z.output<typeof AdminSettlementRead>;
export type StuckSettlementRead = z.output<typeof StuckSettlementRead>;
export type Pipeline = z.output<typeof Pipeline>;
export type Metrics = z.output<typeof Metrics>;
export type Transitions = z.output<typeof Transitions>;
