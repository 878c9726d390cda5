import { z } from "@hono/zod-openapi";
import { ComplianceCheckRead } from "../compliance.ts";
import { settlementState } from "../enums.ts";
import { pageOf } from "../page.ts";
import { address, uuid } from "../primitives.ts";

export const AdminComplianceCheckRead = z
  .strictObject({
    ...ComplianceCheckRead.shape,
    party: z.strictObject({
      role: z.string().openapi({ example: "seller" }),
      name: z.string().openapi({ example: "Alpine Bond Desk" }).nullable(),
      external_reference: z.string().openapi({ example: "desk-1" }),
    }),
    wallet_address: address,
    chain_id: z.int().openapi({ example: 11155111 }).nullable(),
    settlement_state: settlementState,
    platform_id: uuid.openapi({ description: "The party's." }),
    environment_id: uuid.openapi({ description: "The party's." }),
  })
  .openapi("AdminComplianceCheckRead");

export const AdminComplianceCheckPage = pageOf("AdminComplianceCheck", AdminComplianceCheckRead);

export type AdminComplianceCheckRead = z.output<typeof AdminComplianceCheckRead>;
