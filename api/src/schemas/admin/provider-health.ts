import { z } from "@hono/zod-openapi";
import { time } from "../primitives.ts";

export const ProviderHealth = z
  .strictObject({
    name: z.string().openapi({ example: "sanctions_list" }),
    circuit_state: z.enum(["closed", "half_open", "open"]).openapi("CircuitState", {
      description: "Closed: calls are made. Open: none is. Half open: a few, to see whether it answers again.",
    }),
    failure_count: z.int().min(0).openapi({ description: "In a row." }),
    success_count: z.int().min(0).openapi({ description: "In a row." }),
    last_failure_at: time.nullable(),
    last_success_at: time.nullable(),
    last_error: z.string().openapi({ example: "The provider did not answer in time" }).nullable(),
    config: z.strictObject({
      failure_threshold: z.int(),
      reset_timeout_seconds: z.int(),
      half_open_max_calls: z.int(),
    }),
  })
  .openapi("ProviderHealth");

export const ProvidersHealth = z
  .strictObject({
    providers: z.array(ProviderHealth),
    overall_status: z
      .enum(["healthy", "degraded", "unhealthy"])
      .openapi({ description: "unhealthy with an open circuit, else degraded with a half-open one, else healthy." }),
  })
  .openapi("ProvidersHealth");

export type ProviderHealth = z.output<typeof ProviderHealth>;
export type ProvidersHealth = z.output<typeof ProvidersHealth>;
