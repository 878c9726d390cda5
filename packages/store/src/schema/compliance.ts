import type { ColumnType, Generated } from "kysely";

type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>;
type NullableTimestamp = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;

export type CheckStatus = "pending" | "pass" | "flagged" | "fail" | "error";

interface ComplianceCheckTable {
  id: Generated<string>;
  settlement_id: string;
  party_id: string;
  check_type: "entity" | "wallet";
  provider: string;
  status: CheckStatus;
  reference_id: string | null;
  /** numeric, 0..100. */
  risk_score: ColumnType<string | null, number | string | null | undefined, number | string | null>;
  matched_lists: string[] | null;
  decided_by: string | null;
  decision_reason: string | null;
  /** From 1. */
  round: Generated<number>;
  created_at: Timestamp;
  updated_at: Timestamp;
}

/** A check of an earlier round, as it was when the next one began. */
interface PastComplianceCheckTable extends ComplianceCheckTable {
  superseded_at: Timestamp;
}

interface ScreeningRoundTable {
  settlement_id: string;
  round: number;
  /** The state that was entered, or `renewal`. */
  cause: string;
  started_at: Timestamp;
}

export type CircuitState = "closed" | "half_open" | "open";

interface ProviderHealthTable {
  name: string;
  circuit_state: Generated<CircuitState>;
  /** Failures in a row. */
  failure_count: Generated<number>;
  /** Successes in a row. */
  success_count: Generated<number>;
  last_failure_at: NullableTimestamp;
  last_success_at: NullableTimestamp;
  last_error: ColumnType<string | null, string | null | undefined, string | null>;
  failure_threshold: number;
  reset_timeout_seconds: number;
  half_open_max_calls: number;
  changed_at: Timestamp;
  /** Calls let through a half-open circuit. */
  trials: Generated<number>;
  updated_at: Timestamp;
}

/** Screening: its rounds, its checks, its providers. */
export interface ComplianceTables {
  compliance_check: ComplianceCheckTable;
  past_compliance_check: PastComplianceCheckTable;
  screening_round: ScreeningRoundTable;
  provider_health: ProviderHealthTable;
}
