import { z } from "@hono/zod-openapi";
import { tokenStandard } from "./enums.ts";
import { address, base, bytes32, hex, time, uuid } from "./primitives.ts";

export const DepositInfo = z
  .strictObject({
    settlement_id: uuid,
    settlement_hash: bytes32,
    leg_index: z.int(),
    calldata: hex
      .nullable()
      .openapi({ description: "depositLeg(terms, legIndex, secret, openings), to escrow_address." }),
    escrow_address: address,
    chain_id: z.int(),
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
    permit2: z.null().openapi({ description: "Deposits by signature are not offered yet." }),
    reveal: z
      .strictObject({ chain_id: z.int(), escrow_address: address, calldata: hex })
      .nullable()
      .openapi({ description: "Opens this party's wallet on another chain where it is paid." }),
    deadline: time,
  })
  .openapi("DepositInfo");

export type DepositInfo = z.output<typeof DepositInfo>;
