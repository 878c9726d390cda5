import { z } from "@hono/zod-openapi";
import { address } from "./primitives.ts";

const ChainStatus = z
  .strictObject({
    chain_id: z.int().openapi({ example: 11155111 }),
    name: z.string().openapi({ example: "Sepolia" }),
    role: z.enum(["coordinator", "escrow"]),
    contracts: z
      .record(z.string(), address)
      .openapi({ example: { escrow: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8" } }),
    head_block: z.int().openapi({ example: 6200012 }),
    indexed_block: z.int().openapi({ example: 6200012 }),
    safe_block: z.int().openapi({ example: 6200010 }),
    finalized_block: z.int().openapi({ example: 6200007 }),
    lag_blocks: z.int(),
    lag_seconds: z.int(),
  })
  .openapi("ChainStatus");

export const Status = z
  .strictObject({
    status: z.enum(["ok", "degraded"]),
    version: z.string().openapi({ example: "0.1.0" }),
    api_versions: z.array(z.string().openapi({ example: "0.1.0" })),
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
