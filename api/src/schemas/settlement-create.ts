import { z } from "@hono/zod-openapi";
import { feeMode } from "./enums.ts";
import { legInput, partyInput, repoInput } from "./instruction.ts";
import { idempotencyKey, optionalInput, text, timeInput, uuidInput } from "./primitives.ts";

const SettlementPartyInput = z
  .strictObject({ role: text(1, 100).openapi({ example: "seller" }), ...partyInput })
  .openapi("SettlementPartyInput");

const SettlementLegInput = z
  .strictObject({
    party_role: text(1, 100).openapi({ description: "Who delivers, or receives, as `direction` says." }),
    counterparty_role: text(1, 100)
      .nullish()
      .openapi({ description: "The other end. Required with more than two parties." }),
    ...legInput,
  })
  .openapi("SettlementLegInput");

export const SettlementCreate = z
  .strictObject({
    template_slug: text(1, 100).nullish().openapi({ description: "This or template_id.", example: "dvp-cross-chain" }),
    template_id: optionalInput(uuidInput, "string"),
    parties: z
      .array(SettlementPartyInput)
      .min(2)
      .max(8)
      .openapi({ description: "Each required role once; others may be added." }),
    legs: z
      .array(SettlementLegInput)
      .min(1)
      .max(32)
      .openapi({ description: "Each transfer once as `deliver`; a `receive` leg mirrors one of them." }),
    timeout_at: timeInput,
    idempotency_key: idempotencyKey.nullish().openapi({ description: "Required here or as header Idempotency-Key." }),
    external_reference: text(0, 255).nullish(),
    fee_mode: z.enum(feeMode.options).nullish(),
    ...repoInput,
  })
  .superRefine(({ template_slug, template_id }, ctx) => {
    if ((template_slug == null) !== (template_id == null)) return;
    const message = "Exactly one of template_slug and template_id should be given";
    ctx.addIssue({ code: "custom", path: ["template_slug"], message, params: { type: "exactly_one" } });
  })
  .openapi("SettlementCreate", {
    example: {
      template_slug: "dvp-cross-chain",
      parties: [
        {
          role: "seller",
          external_reference: "desk-1",
          name: "Alpine Bond Desk",
          wallet_address: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        },
        {
          role: "buyer",
          external_reference: "fund-7",
          name: "Harbour Cash Desk",
          wallet_address: "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
        },
      ],
      legs: [
        { party_role: "seller", instrument_id: "BOND-2026-A", quantity: "100", direction: "deliver" },
        { party_role: "buyer", instrument_id: "USDC", quantity: "5000.25", direction: "deliver" },
      ],
      timeout_at: "2026-04-01T12:00:00Z",
    },
  });

export type SettlementCreate = z.output<typeof SettlementCreate>;
export type SettlementLegInput = z.output<typeof SettlementLegInput>;
