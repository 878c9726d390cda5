import { z } from "@hono/zod-openapi";
import { legType, tokenStandard } from "./enums.ts";
import { pageOf } from "./page.ts";
import { address, base, orNull, time, uuid } from "./primitives.ts";

export const InstrumentRead = z
  .strictObject({
    id: uuid,
    environment_id: uuid.nullable().openapi({ description: "Null for a global entry." }),
    alias: z.string(),
    alias_type: z.enum(["isin", "ticker", "custom"]),
    chain_id: z.int(),
    token_address: address,
    token_standard: tokenStandard,
    decimals: z.int().min(0).max(77),
    leg_type: orNull(legType),
    name: z.string().nullable(),
    token_id: base.nullable(),
    verified: z.boolean().openapi({ description: "Read on chain and equal." }),
    created_at: time,
  })
  .openapi("InstrumentRead");

export const InstrumentPage = pageOf("Instrument", InstrumentRead);

export type InstrumentRead = z.output<typeof InstrumentRead>;
