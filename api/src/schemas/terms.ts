import { z } from "@hono/zod-openapi";
import { address, base, bytes32 } from "./primitives.ts";

const TermsLeg = z
  .strictObject({
    chainId: base,
    escrow: address,
    token: address,
    standard: z.int(),
    tokenId: base,
    amount: base,
    partition: bytes32,
    from: z.int(),
    to: z.int(),
    fees: z.array(z.strictObject({ recipient: address, amount: base })),
  })
  .openapi("TermsLeg");

/** The EIP-712 message: Solidity names, so that a wallet signs what the API showed. */
export const Terms = z
  .strictObject({
    ref: z.string().openapi({ pattern: "^0x[0-9a-f]{32}$", example: `0x${"4f".repeat(16)}` }),
    chainId: base,
    coordinator: address,
    ruleset: bytes32,
    parties: z.array(bytes32),
    legs: z.array(TermsLeg),
    depositDeadline: z.int(),
    settleDeadline: z.int(),
    attesters: z.array(address),
    threshold: z.int().openapi({ example: 1 }),
    operator: address,
    parent: bytes32,
    notBefore: z.int(),
  })
  .openapi("Terms", { description: "EIP-712 message. Integers of 64 bits and more are decimal strings." });
