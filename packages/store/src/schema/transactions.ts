import type { ColumnType, Generated, JSONColumnType } from "kysely";
import type { Address, Hex } from "viem";

type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>;
type NullableTimestamp = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
/** numeric(78,0): a decimal string out, a bigint or decimal string in. */
type Base = ColumnType<string, bigint | string, bigint | string>;
type DefaultBase = ColumnType<string, bigint | string | undefined, bigint | string>;
type NullableBase = ColumnType<string | null, bigint | string | null | undefined, bigint | string | null>;
type Int8 = ColumnType<bigint, bigint | number, bigint | number>;
type DefaultInt8 = ColumnType<bigint, bigint | number | undefined, bigint | number>;
type NullableInt8 = ColumnType<bigint | null, bigint | number | null | undefined, bigint | number | null>;

export type TransactionKind =
  | "create"
  | "attest"
  | "advance"
  | "reveal"
  | "notify_locked"
  | "notify_released"
  | "dispatch"
  | "receive_message"
  | "release"
  | "claim"
  | "refund"
  | "timeout"
  | "cancel"
  | "manual";

/** queued: signed and stored; submitted: taken by a node; pending: mined; failed: reverted, cancelled, or its nonce was used by another. */
export type TransactionStatus = "queued" | "submitted" | "pending" | "safe" | "finalized" | "failed";

interface ChainTransactionTable {
  id: Generated<string>;
  chain_id: Int8;
  signer: Address;
  nonce: Int8;
  intent_id: string | null;
  settlement_id: string | null;
  /** `noop` fills a nonce and is of no settlement. */
  kind: TransactionKind | "noop";
  subject: Generated<string>;
  to_address: Address;
  data: Hex;
  value: DefaultBase;
  gas_limit: Base;
  /** Fees, bytes and hash of the newest attempt, or of the one that was mined. */
  max_fee_per_gas: Base;
  max_priority_fee_per_gas: Base;
  raw: Hex;
  hash: Hex;
  status: Generated<TransactionStatus>;
  block_number: NullableInt8;
  block_hash: Hex | null;
  gas_used: NullableBase;
  /** Wei. */
  gas_cost: NullableBase;
  error: string | null;
  probes: JSONColumnType<{ to: Address; data: Hex }[], string | undefined, string>;
  broadcast_at: NullableTimestamp;
  mined_at: NullableTimestamp;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export type AttemptPurpose = "first" | "replacement" | "cancellation";

interface TransactionAttemptTable {
  hash: Hex;
  transaction_id: string;
  /** From 1 on, in the order of signing. */
  ordinal: number;
  purpose: AttemptPurpose;
  raw: Hex;
  max_fee_per_gas: Base;
  max_priority_fee_per_gas: Base;
  head_number: Int8;
  fence: Int8;
  created_at: Timestamp;
}

interface SignerLeaseTable {
  chain_id: Int8;
  signer: Address;
  holder: string | null;
  fence: DefaultInt8;
  expires_at: Timestamp;
}

interface SignerCandidateTable {
  chain_id: Int8;
  signer: Address;
  holder: string;
  /** Of whose relayer; null for a version that does not tell. */
  attester: Address | null;
  expires_at: Timestamp;
}

interface RefusedCallTable {
  id: Generated<string>;
  chain_id: Int8;
  settlement_id: string;
  kind: TransactionKind;
  subject: string;
  error_name: string;
  error_args: string[];
  count: Generated<number>;
  block_number: Int8;
  is_dead: Generated<boolean>;
  first_seen_at: Timestamp;
  last_seen_at: Timestamp;
}

/** Tables of the schema `keystone` about what is sent to chains. */
export interface TransactionTables {
  chain_transaction: ChainTransactionTable;
  transaction_attempt: TransactionAttemptTable;
  signer_lease: SignerLeaseTable;
  signer_candidate: SignerCandidateTable;
  refused_call: RefusedCallTable;
}
