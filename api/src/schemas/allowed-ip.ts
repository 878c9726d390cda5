import { z } from "@hono/zod-openapi";
import { BlockError, parseBlock } from "../addresses.ts";
import { pageOf } from "./page.ts";
import { text, time, uuid } from "./primitives.ts";

const cidrInput = z
  .string()
  .superRefine((value, ctx) => {
    try {
      parseBlock(value);
    } catch (error) {
      if (!(error instanceof BlockError)) throw error;
      ctx.addIssue({ code: "custom", message: error.message, params: { type: "cidr_parsing" } });
    }
  })
  .openapi({ description: "IPv4 or IPv6 block; a single address is a block of one.", example: "192.0.2.0/24" });

export const AllowedIpCreate = z
  .strictObject({ cidr: cidrInput, description: text(0, 500).nullish() })
  .openapi("AllowedIpCreate");

export const AllowedIpRead = z
  .strictObject({
    id: uuid,
    environment_id: uuid,
    cidr: z.string().openapi({ description: "Canonical.", example: "192.0.2.0/24" }),
    description: z.string().openapi({ example: "Office" }).nullable(),
    created_by: z.string().openapi({ example: "user|ada" }).openapi({ description: "The user." }),
    created_at: time,
  })
  .openapi("AllowedIpRead");

export const AllowedIpPage = pageOf("AllowedIp", AllowedIpRead);

export type AllowedIpCreate = z.output<typeof AllowedIpCreate>;
export type AllowedIpRead = z.output<typeof AllowedIpRead>;
