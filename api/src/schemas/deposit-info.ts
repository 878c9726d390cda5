import { z } from "@hono/zod-openapi";
import { tokenStandard } from "./enums.ts";
import { address, base, bytes32, hex, orNull, time, uuid } from "./primitives.ts";
import { Terms } from "./terms.ts";

/** EIP-712 typed data as `eth_signTypedData_v4` takes it; the names are Permit2's and Solidity's. */
const Permit2Deposit = z
  .strictObject({
    domain: z.strictObject({
      name: z.literal("Permit2"),
      chainId: z.int().openapi({ example: 11155111 }),
      verifyingContract: address,
    }),
    types: z.record(z.string(), z.array(z.strictObject({ name: z.string(), type: z.string() }))).openapi({
      example: {
        TokenPermissions: [
          { name: "token", type: "address" },
          { name: "amount", type: "uint256" },
        ],
      },
    }),
    primaryType: z.literal("PermitWitnessTransferFrom"),
    message: z.strictObject({
      permitted: z.strictObject({ token: address, amount: base }),
      spender: address.openapi({ description: "The escrow." }),
      nonce: base.openapi({ description: "The same for one leg of one settlement: it counts once." }),
      deadline: base,
      witness: z.strictObject({ legIndex: z.int(), terms: Terms }),
    }),
  })
  .openapi("Permit2Deposit");

export const DepositInfo = z
  .strictObject({
    settlement_id: uuid,
    settlement_hash: bytes32,
    leg_index: z.int(),
    calldata: hex
      .nullable()
      .openapi({ description: "depositLeg(terms, legIndex, secret, openings), to escrow_address." }),
    escrow_address: address,
    chain_id: z.int().openapi({ example: 11155111 }),
    token_address: address,
    token_standard: tokenStandard,
    token_id: base.nullable(),
    deposit_amount: base,
    approval_calldata: hex.openapi({ description: "To token_address, before the deposit." }),
    approval_amount: base,
    depositor: address.openapi({ description: "The wallet that must send." }),
    value: base.openapi({ description: "Wei to attach to the deposit; what is not needed comes back." }),
    message_fee: base.nullable().openapi({
      description: "Quote for reporting the lock across chains; null when none is needed or no node answers.",
    }),
    permit2: orNull(Permit2Deposit).openapi({
      description:
        "What the wallet may sign instead, so that anyone can send its deposit (depositLegWithPermit2). For ERC-20 legs.",
    }),
    reveal: z
      .strictObject({ chain_id: z.int().openapi({ example: 11155111 }), escrow_address: address, calldata: hex })
      .nullable()
      .openapi({ description: "Opens this party's wallet on another chain where it is paid." }),
    deadline: time,
  })
  .openapi("DepositInfo");

export type DepositInfo = z.output<typeof DepositInfo>;
