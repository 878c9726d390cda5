import type { ColumnType, Generated, JSONColumnType } from "kysely";
import type { Hex } from "viem";

type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>;
type NullableTimestamp = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
type Int8 = ColumnType<bigint, bigint | number, bigint | number>;
type NullableInt8 = ColumnType<bigint | null, bigint | number | null | undefined, bigint | number | null>;

interface EventTable {
  environment_id: string;
  /** `evt_` and 32 hex digits, derived from what happened. */
  id: string;
  /** Where it stands in the environment's list, from 1; null for a test call's sample, which is not listed. */
  position: NullableInt8;
  event: string;
  settlement_id: string | null;
  /** What the body says, in the very order in which it is signed. */
  data: JSONColumnType<Record<string, unknown>>;
  chain_id: NullableInt8;
  block_number: NullableInt8;
  block_hash: Hex | null;
  log_index: number | null;
  /** W3C trace context of what caused it. */
  traceparent: ColumnType<string | null, string | null | undefined, string | null>;
  created_at: Timestamp;
}

interface EventPositionTable {
  environment_id: string;
  last: Int8;
}

interface EventSequenceTable {
  settlement_id: string;
  last: number;
  /** The state that the settlement's events have told last. */
  state: string;
}

interface EventCursorTable {
  chain_id: Int8;
  block_number: Int8;
}

interface ComplianceChangeTable {
  id: ColumnType<bigint, never, never>;
  settlement_id: string;
}

interface WebhookEndpointTable {
  id: Generated<string>;
  environment_id: string;
  url: string;
  description: string | null;
  events: string[];
  is_active: Generated<boolean>;
  disabled_reason: string | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

interface WebhookSecretTable {
  id: Generated<string>;
  endpoint_id: string;
  /** Null for the present one; the one before it signs along until then. */
  valid_until: NullableTimestamp;
  key_id: string;
  nonce: Buffer;
  ciphertext: Buffer;
}

interface WebhookDeliveryTable {
  id: Generated<string>;
  endpoint_id: string;
  environment_id: string;
  event_id: string;
  event_type: string;
  attempt: number;
  /** Still to be made. */
  pending: boolean;
  /** Of a pending attempt when it is due; of one that was made when the next one is, null for the last. */
  next_attempt_at: NullableTimestamp;
  lease: ColumnType<string | null, string | null | undefined, string | null>;
  leased_until: NullableTimestamp;
  success: Generated<boolean>;
  status_code: ColumnType<number | null, number | null | undefined, number | null>;
  response_excerpt: ColumnType<string | null, string | null | undefined, string | null>;
  error: ColumnType<string | null, string | null | undefined, string | null>;
  duration_ms: ColumnType<number | null, number | null | undefined, number | null>;
  /** Null until it was made. */
  attempted_at: NullableTimestamp;
  created_at: Timestamp;
}

/** Tables of the schema `keystone` about events and webhooks. */
export interface WebhookTables {
  event: EventTable;
  event_position: EventPositionTable;
  event_sequence: EventSequenceTable;
  event_cursor: EventCursorTable;
  compliance_change: ComplianceChangeTable;
  webhook_endpoint: WebhookEndpointTable;
  webhook_secret: WebhookSecretTable;
  webhook_delivery: WebhookDeliveryTable;
}
