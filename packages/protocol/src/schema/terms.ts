import { z } from "zod";
import { MAX_ATTESTERS, MAX_FEES_PER_LEG, MAX_LEGS, MAX_PARTIES } from "../terms/bounds.ts";
import { addressSchema, bytesSchema, uintSchema, uintStringSchema } from "./primitives.ts";

export const feeJsonSchema = z.strictObject({ recipient: addressSchema, amount: uintStringSchema(256) });

export const legJsonSchema = z.strictObject({
  chainId: uintStringSchema(64),
  escrow: addressSchema,
  token: addressSchema,
  standard: uintSchema(8),
  tokenId: uintStringSchema(256),
  amount: uintStringSchema(256),
  partition: bytesSchema(32),
  from: uintSchema(8),
  to: uintSchema(8),
  fees: z.array(feeJsonSchema).max(MAX_FEES_PER_LEG),
});

/** `TermsJson`: Solidity names, uint64 and uint256 as decimal strings, uint8 and uint40 as numbers. Form only; `validateTerms` judges. */
export const termsJsonSchema = z.strictObject({
  ref: bytesSchema(16),
  chainId: uintStringSchema(64),
  coordinator: addressSchema,
  ruleset: bytesSchema(32),
  parties: z.array(bytesSchema(32)).max(MAX_PARTIES),
  legs: z.array(legJsonSchema).max(MAX_LEGS),
  depositDeadline: uintSchema(40),
  settleDeadline: uintSchema(40),
  attesters: z.array(addressSchema).max(MAX_ATTESTERS),
  threshold: uintSchema(8),
  operator: addressSchema,
  parent: bytesSchema(32),
  notBefore: uintSchema(40),
});
