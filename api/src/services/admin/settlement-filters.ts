import { type RawBuilder, sql } from "kysely";

/** Settlements with a party of which this holds. */
export function hasParty(
  column: "platform_id" | "environment_id" | "idempotency_key",
  operator: "=" | "like",
  value: string,
): RawBuilder<boolean> {
  return sql<boolean>`EXISTS (SELECT FROM keystone.party AS side WHERE side.settlement_id = settlement.id
    AND ${sql.ref(`side.${column}`)} ${sql.raw(operator)} ${value})`;
}

/** The states in which nothing more is decided. */
export const TERMINAL_STATES = ["FINALIZED", "ROLLED_BACK", "TIMED_OUT"];
