import { z } from "@hono/zod-openapi";
import { address, bytes32, time, uuid } from "./primitives.ts";

export const PartyRead = z
  .strictObject({
    id: uuid,
    role: z.string().openapi({ example: "seller" }),
    platform_id: uuid,
    environment_id: uuid,
    status: z.literal("confirmed"),
    name: z.string().openapi({ example: "Alpine Bond Desk" }).nullable(),
    external_reference: z
      .string()
      .openapi({ example: "desk-1" })
      .nullable()
      .openapi({ description: "Null for the other side." }),
    wallet_address: address.nullable().openapi({ description: "For the other side null until it is on chain." }),
    chain_id: z.int().openapi({ example: 11155111 }).nullable().openapi({ description: "Null for the other side." }),
    asset_provider: z
      .string()
      .openapi({ example: "acme-custody" })
      .nullable()
      .openapi({ description: "Null for the other side." }),
    entity_commitment: bytes32,
    wallet_commitment: bytes32,
    open: z.boolean().openapi({ description: "This party named no receive leg." }),
    confirmed_at: time,
    created_at: time,
    updated_at: time,
  })
  .openapi("PartyRead");

export type PartyRead = z.output<typeof PartyRead>;
