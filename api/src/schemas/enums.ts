import { z } from "@hono/zod-openapi";

export const feeMode = z.enum(["seller_pays", "buyer_pays", "split"]).openapi("FeeMode");
export const legType = z.enum(["asset_delivery", "payment"]).openapi("LegType");
export const direction = z.enum(["deliver", "receive"]).openapi("Direction");
export const tokenStandard = z.enum(["ERC-20", "ERC-721", "ERC-1155", "ERC-1400", "ERC-3643"]).openapi("TokenStandard");
export const settlementType = z.enum(["single_platform", "cross_platform"]).openapi("SettlementType");
export const instructionStatus = z
  .enum(["pending_match", "matched", "cancelled", "expired"])
  .openapi("InstructionStatus");
export const verdict = z.enum(["none", "execute", "rollback"]).openapi("Verdict");
export const finality = z
  .enum(["pending", "safe", "finalized"])
  .openapi("Finality", { description: "By the number of confirmations that the chain's policy asks for." });
export const legStatus = z
  .enum(["pending", "deposited", "claimable", "released", "refunded", "waived"])
  .openapi("LegStatus");
export const settlementState = z
  .enum([
    "AWAITING_MATURITY",
    "INSTRUCTED",
    "COMPLIANCE_CHECKING",
    "COMPLIANCE_CLEARED",
    "AWAITING_DEPOSITS",
    "EXECUTING_SWAP",
    "FINALIZED",
    "ROLLED_BACK",
    "TIMED_OUT",
  ])
  .openapi("SettlementState");
