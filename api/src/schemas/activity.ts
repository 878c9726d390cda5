import { z } from "@hono/zod-openapi";
import { pageOf } from "./page.ts";
import { time, timeInput, uuid } from "./primitives.ts";

export const activityCategory = z
  .enum([
    "settlement",
    "instruction",
    "compliance",
    "webhook",
    "environment",
    "platform",
    "member",
    "security",
    "instrument",
    "session",
    "admin",
  ])
  .openapi("ActivityCategory");

export const ActivityLogRead = z
  .strictObject({
    id: uuid,
    type: z.string().openapi({ example: "settlement.created" }),
    category: activityCategory,
    severity: z.enum(["info", "warning", "error"]).openapi("ActivitySeverity"),
    description: z.string().openapi({ example: "Settlement created" }),
    actor_type: z.enum(["m2m", "user", "session", "admin", "system"]).openapi("ActivityActor"),
    actor_id: z.string().openapi({ example: "pX2kRl0c9vQm" }).nullable(),
    resource_type: z.string().openapi({ example: "settlement" }).nullable(),
    resource_id: z.string().openapi({ example: "7b3f9c1e-2a44-4a39-9a57-6a1f6b8f1a10" }).nullable(),
    method: z.string().openapi({ example: "POST" }).nullable(),
    path: z.string().openapi({ example: "/v1/settlements" }).nullable(),
    status_code: z.int().openapi({ example: 201 }).nullable(),
    ip_address: z.string().openapi({ example: "203.0.113.7" }).nullable(),
    user_agent: z.string().openapi({ example: "keystone-sdk/0.1.0" }).nullable(),
    duration_ms: z
      .int()
      .nullable()
      .openapi({ description: "How long the request had taken when the row was written." }),
    detail: z
      .record(z.string(), z.unknown())
      .openapi({ example: { trade_reference: "KS-2026-0001" } })
      .nullable(),
    created_at: time,
  })
  .openapi("ActivityLogRead");

export const ActivityLogPage = pageOf("ActivityLog", ActivityLogRead);

/** A day, or a moment of one. */
export interface Moment {
  at: Date;
  wholeDay: boolean;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** A day by UTC, or an ISO 8601 time with an offset. */
export const momentInput = z
  .string()
  .transform((value, ctx): Moment => {
    const wholeDay = DAY.test(value);
    const parsed = timeInput.safeParse(wholeDay ? `${value}T00:00:00Z` : value);
    if (parsed.success) return { at: parsed.data, wholeDay };
    ctx.addIssue({
      code: "custom",
      message: "Input should be a day such as 2026-04-01 or an ISO 8601 time with an offset",
      params: { type: "datetime_parsing" },
    });
    return z.NEVER;
  })
  .openapi({ type: "string", example: "2026-04-01" });

export type ActivityLogRead = z.output<typeof ActivityLogRead>;
