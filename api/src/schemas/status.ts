import { z } from "@hono/zod-openapi";
import { address } from "./primitives.ts";

const ChainStatus = z
  .strictObject({
    chain_id: z.int(),
    name: z.string(),
    role: z.enum(["coordinator", "escrow"]),
    contracts: z.record(z.string(), address),
    head_block: z.int(),
    indexed_block: z.int(),
    safe_block: z.int(),
    finalized_block: z.int(),
    lag_blocks: z.int(),
    lag_seconds: z.int(),
  })
  .openapi("ChainStatus");

export const Status = z
  .strictObject({
    status: z.enum(["ok", "degraded"]),
    version: z.string(),
    api_versions: z.array(z.string()),
    chains: z.array(ChainStatus),
  })
  .openapi("Status");

export type Status = z.output<typeof Status>;

export const Health = z.strictObject({ status: z.literal("ok") }).openapi("Health");

const PARTS = ["database", "indexer", "jwks"] as const;
export type Part = (typeof PARTS)[number];

export const Readiness = z
  .strictObject({
    status: z.enum(["ready", "unavailable"]),
    unavailable: z.array(z.enum(PARTS)).openapi({ description: "What does not answer." }),
  })
  .openapi("Readiness");

export type Readiness = z.output<typeof Readiness>;
