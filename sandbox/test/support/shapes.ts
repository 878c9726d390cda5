import type { Instruction, InstructionLeg, Settlement } from "../../src/api/shapes.ts";

export const BOND = `0x${"b0".repeat(20)}` as const;
export const CASH = `0x${"ca".repeat(20)}` as const;

export function instructionLeg(change: Partial<InstructionLeg> = {}): InstructionLeg {
  return {
    quantity: "5",
    direction: "deliver",
    leg_type: null,
    chain_id: 31_337,
    token_address: BOND,
    token_standard: "ERC-20",
    token_id: null,
    partition: null,
    decimals: 18,
    ...change,
  };
}

/** A seller's instruction: 5 of the bond for 100 of cash. */
export function instruction(change: Partial<Instruction> = {}): Instruction {
  return {
    id: "8f6c1c0e-6a1b-4a58-9d0b-3d5c5d0f8a11",
    trade_reference: "KS-1",
    template_slug: "dvp-standard",
    role: "seller",
    status: "pending_match",
    match_failure: null,
    settlement_id: null,
    party: { external_reference: "desk-1" },
    legs: [
      instructionLeg(),
      instructionLeg({ direction: "receive", token_address: CASH, quantity: "100", decimals: 6, leg_type: "payment" }),
    ],
    open: false,
    fee_mode: null,
    counterparty_platform_slug: null,
    settlement_category: null,
    maturity_at: null,
    repayment_amount: null,
    repo_rate: null,
    timeout_at: "2026-04-01T12:00:00Z",
    ...change,
  };
}

/** A settlement as the sandbox sees it, which is its buyer. */
export function settlement(change: Partial<Settlement> = {}): Settlement {
  const leg = { chain_id: 31_337, token_standard: "ERC-20", status: "pending", deposit_tx_hash: null };
  return {
    id: "aa6c1c0e-6a1b-4a58-9d0b-3d5c5d0f8a11",
    idempotency_key: "sandbox-8f6c1c0e-6a1b-4a58-9d0b-3d5c5d0f8a11",
    state: "AWAITING_DEPOSITS",
    settlement_hash: `0x${"00".repeat(32)}`,
    terms: {} as Settlement["terms"],
    timeout_at: "2026-04-01T12:00:00Z",
    deposit_deadline: "2026-04-01T12:00:00Z",
    parties: [
      { role: "seller", external_reference: null },
      { role: "buyer", external_reference: "sandbox:settle" },
    ],
    legs: [
      { ...leg, leg_index: 0, party_role: "seller", token_address: BOND, decimals: 18, amount: "5000000000000000000" },
      { ...leg, leg_index: 1, party_role: "buyer", token_address: CASH, decimals: 6, amount: "100000000" },
    ],
    compliance: { status: "cleared", checks: [{ status: "pass" }] },
    ...change,
  };
}
