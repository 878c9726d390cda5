import type { Row, Store, StoreTransaction } from "@keystoneos/store";
import { sql } from "kysely";
import type { Hex } from "viem";
import type { InstructionRead } from "../../schemas/instruction.ts";
import { showAddress } from "../../schemas/primitives.ts";
import { showTime, showTimeOrNull } from "../time.ts";

type Status = Row<"instruction">["status"];

export type InstructionRow = Omit<Row<"instruction">, "status"> & {
  status: Status;
  drawn_commitment: Hex | null;
  drawn_closing_commitment: Hex | null;
};

/** An expired instruction reads as expired, whether or not it has been marked. */
export const effectiveStatus = sql<Status>`
  CASE WHEN instruction.status = 'pending_match' AND instruction.expires_at <= clock_timestamp() THEN 'expired'
  ELSE instruction.status END`;

/** Instructions of one environment, and nobody else's. */
export function instructionsOf(db: Store | StoreTransaction, environmentId: string) {
  return db.selectFrom("keystone.instruction as instruction").where("instruction.environment_id", "=", environmentId);
}

/** The columns that an instruction is shown with. */
export const instructionColumns = [
  sql<Status>`${effectiveStatus}`.as("status"),
  sql<Hex | null>`(SELECT party.wallet_commitment FROM keystone.party WHERE party.instruction_id = instruction.id)`.as(
    "drawn_commitment",
  ),
  sql<Hex | null>`(SELECT later.wallet_commitment FROM keystone.party
    JOIN keystone.settlement AS closing ON closing.parent_settlement_id = party.settlement_id
    JOIN keystone.party AS later ON later.settlement_id = closing.id AND later.position = party.position
    WHERE party.instruction_id = instruction.id)`.as("drawn_closing_commitment"),
] as const;

export function renderInstruction(row: InstructionRow): InstructionRead {
  return {
    id: row.id,
    idempotency_key: row.idempotency_key,
    trade_reference: row.trade_reference,
    template_slug: row.template_slug,
    role: row.role,
    status: row.status,
    match_failure:
      row.match_failure_field === null
        ? null
        : { field: row.match_failure_field as NonNullable<InstructionRead["match_failure"]>["field"] },
    settlement_id: row.settlement_id,
    party: {
      ...row.party,
      wallet_commitment: row.party.wallet_commitment ?? row.drawn_commitment,
      closing_wallet_commitment: row.party.closing_wallet_commitment ?? row.drawn_closing_commitment,
    },
    legs: row.legs.map(({ default_leg_type: _, ...leg }) => ({
      ...leg,
      token_address: showAddress(leg.token_address),
    })),
    open: row.open,
    fee_mode: row.fee_mode,
    counterparty_platform_slug: row.counterparty_platform_slug,
    settlement_category: row.settlement_category,
    maturity_at: showTimeOrNull(row.maturity_at),
    repayment_amount: row.repayment_amount,
    repo_rate: row.repo_rate,
    timeout_at: showTime(row.timeout_at),
    expires_at: showTime(row.expires_at),
    matched_at: showTimeOrNull(row.matched_at),
    created_at: showTime(row.created_at),
    updated_at: showTime(row.updated_at),
  };
}
