import { type Address, isAddress } from "viem";
import { z } from "zod";

/** 0x and 40 hex digits, mixed case by EIP-55, never zero. */
const address = z
  .string()
  .superRefine((value, ctx) => {
    const digits = value.slice(2);
    const sameCase = digits === digits.toLowerCase() || digits === digits.toUpperCase();
    const message = !/^0x[0-9a-fA-F]{40}$/.test(value)
      ? "Input should be 0x and 40 hex digits"
      : /^0x0{40}$/.test(value)
        ? "Input should not be the zero address"
        : sameCase || isAddress(value)
          ? undefined
          : "Mixed-case address should pass the EIP-55 checksum";
    if (message !== undefined) ctx.addIssue({ code: "custom", message, params: { type: "address" } });
  })
  .transform((value) => value.toLowerCase() as Address);

const decimal = z
  .union([z.string(), z.number()], { error: "Input should be a decimal string" })
  .transform(String)
  .refine((value) => /^(0|[1-9][0-9]*)(\.[0-9]+)?$/.test(value) && /[1-9]/.test(value) && value.length <= 79, {
    message: "Input should be a decimal string above 0, such as 1000 or 0.25",
    params: { type: "decimal" },
  });

const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i, "Input should be a UUID")
  .toLowerCase();

export const faucetRequest = z
  .strictObject({
    chain_id: z.int().min(1),
    address,
    instrument_id: z.string().min(1).max(255).optional(),
    token_address: address.optional(),
    quantity: decimal.optional(),
  })
  .superRefine(({ instrument_id, token_address, quantity }, ctx) => {
    const refuse = (field: string, message: string) => ctx.addIssue({ code: "custom", path: [field], message });
    if (instrument_id !== undefined && token_address !== undefined)
      refuse("token_address", "Send instrument_id or token_address, not both");
    if (instrument_id === undefined && token_address === undefined && quantity !== undefined)
      refuse("quantity", "Send instrument_id or token_address with a quantity");
  });

/** What the counterparty does after the match. */
export const SCRIPTS = ["settle", "match_only", "flagged"] as const;
export type Script = (typeof SCRIPTS)[number];

export const counterpartyRequest = z.strictObject({ instruction_id: uuid, script: z.enum(SCRIPTS) });

export const decisionRequest = z.strictObject({
  decision: z.enum(["approve", "reject"]),
  reason: z.string().min(1).max(2_000).optional(),
});

export type FaucetRequest = z.output<typeof faucetRequest>;
export type CounterpartyRequest = z.output<typeof counterpartyRequest>;
export type DecisionRequest = z.output<typeof decisionRequest>;
