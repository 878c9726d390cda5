import type { TemplateConfig, TermsJson } from "@keystoneos/protocol";
import type { ColumnType, Generated, Insertable, JSONColumnType, Selectable, Updateable } from "kysely";
import type { Address, Hex } from "viem";
import type { ComplianceTables } from "./compliance.ts";
import type { OperationsTables } from "./operations.ts";
import type { TransactionTables } from "./transactions.ts";
import type { WebhookTables } from "./webhooks.ts";

/** Set by the database when left out; read as Date with millisecond precision, as stored. */
type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>;
type NullableTimestamp = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
type RequiredTimestamp = ColumnType<Date, Date | string, Date | string>;
/** int8: a bigint out, a bigint or number in. */
type Int8 = ColumnType<bigint, bigint | number, bigint | number>;
type NullableInt8 = ColumnType<bigint | null, bigint | number | null | undefined, bigint | number | null>;
/** jsonb: parsed out, `JSON.stringify`d in. */
type Json<T extends object> = JSONColumnType<T>;

export interface PlatformTable {
  id: Generated<string>;
  auth0_org_id: string | null;
  name: string;
  slug: string;
  status: Generated<"active" | "suspended">;
  logo_url: string | null;
  support_email: string | null;
  support_url: string | null;
  onboarding_completed_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface EnvironmentTable {
  id: Generated<string>;
  platform_id: string;
  name: string;
  slug: string;
  auth0_client_id: string;
  is_active: Generated<boolean>;
  /** Null for the newest. */
  api_version: string | null;
  /** Requests per minute; null for the API's own. */
  rate_limit_rpm: number | null;
  default_timeout_seconds: Generated<number>;
  /** The endpoint that `webhook_url` keeps. */
  webhook_endpoint_id: string | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export type TokenStandardName = "ERC-20" | "ERC-721" | "ERC-1155" | "ERC-1400" | "ERC-3643";
export type LegType = "asset_delivery" | "payment";
export type FeeMode = "seller_pays" | "buyer_pays" | "split";

export interface InstrumentTable {
  id: Generated<string>;
  /** Null for a global entry. */
  environment_id: string | null;
  alias: string;
  alias_type: "isin" | "ticker" | "custom";
  chain_id: Int8;
  token_address: Address;
  token_standard: TokenStandardName;
  decimals: number;
  leg_type: LegType | null;
  name: string | null;
  token_id: ColumnType<string | null, bigint | string | null | undefined, bigint | string | null>;
  verified: Generated<boolean>;
  created_at: Timestamp;
}

export interface TokenTable {
  chain_id: Int8;
  address: Address;
  token_standard: TokenStandardName;
  decimals: number;
  created_at: Timestamp;
}

export interface TemplateTable {
  id: Generated<string>;
  slug: string;
  version: number;
  aliases: Generated<string[]>;
  name: string;
  description: string | null;
  config: Json<TemplateConfig>;
  is_active: Generated<boolean>;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface TradeReferenceTable {
  reference: string;
}

/** A commitment that a platform has made itself. */
export interface BroughtCommitmentTable {
  commitment: Hex;
}

/** Of a repo: the opening, and the closing that waits for its maturity. */
export type SettlementCategory = "repo_open" | "repo_close";

export interface SettlementTable {
  id: string;
  platform_id: string;
  environment_id: string;
  template_id: string;
  template_slug: string;
  settlement_type: "single_platform" | "cross_platform";
  settlement_category: SettlementCategory | null;
  /** Of a closing: its opening. */
  parent_settlement_id: string | null;
  maturity_at: NullableTimestamp;
  /** Whole units of the payment instrument. */
  repayment_amount: string | null;
  trade_reference: string | null;
  /** Of a settlement that was made without instructions. */
  external_reference: string | null;
  created_by: Generated<string>;
  fee_mode: FeeMode;
  settlement_hash: Hex;
  terms: Json<TermsJson>;
  timeout_at: RequiredTimestamp;
  deposit_deadline: RequiredTimestamp;
  created_at: Timestamp;
  updated_at: Timestamp;
}

/** The party as sent in the instruction; `party` in SQL. */
export interface InstructionPartyJson {
  external_reference: string;
  wallet_address: Address;
  name: string | null;
  chain_id: number | null;
  asset_provider: string | null;
  wallet_commitment: Hex | null;
  closing_wallet_commitment: Hex | null;
}

/** One leg as sent, plus what it resolved to. */
export interface InstructionLegJson {
  instrument_id: string;
  quantity: string;
  direction: "deliver" | "receive";
  leg_type: LegType | null;
  /** What the leg is where neither side stated a type: the instrument's, else asset_delivery. */
  default_leg_type: LegType;
  chain_id: number;
  token_address: Address;
  token_standard: TokenStandardName;
  token_id: string | null;
  partition: Hex | null;
  decimals: number;
  /** Base units. */
  amount: string;
  external_reference: string | null;
}

export interface InstructionTable {
  id: Generated<string>;
  platform_id: string;
  environment_id: string;
  idempotency_key: string;
  trade_reference: string;
  template_id: string;
  /** As sent, alias or slug. */
  template_slug: string;
  role: string;
  status: "pending_match" | "matched" | "cancelled" | "expired";
  match_failure_field: string | null;
  settlement_id: string | null;
  party: Json<InstructionPartyJson>;
  legs: Json<InstructionLegJson[]>;
  open: boolean;
  fee_mode: FeeMode | null;
  counterparty_platform_slug: string | null;
  /** As sent, like the fields of a repo below. */
  settlement_category: string | null;
  maturity_at: NullableTimestamp;
  repayment_amount: string | null;
  repo_rate: number | null;
  timeout_at: RequiredTimestamp;
  expires_at: RequiredTimestamp;
  matched_at: NullableTimestamp;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface PartyTable {
  id: Generated<string>;
  settlement_id: string;
  /** Commitments stand in terms.parties at 2 * position (entity) and 2 * position + 1 (wallet). */
  position: number;
  role: string;
  platform_id: string;
  environment_id: string;
  instruction_id: string | null;
  idempotency_key: string | null;
  name: string | null;
  external_reference: string;
  wallet_address: Address;
  chain_id: NullableInt8;
  asset_provider: string | null;
  entity_commitment: Hex;
  wallet_commitment: Hex;
  open: boolean;
  /** Of a repo: the party's own word. */
  repo_rate: number | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface LegTable {
  id: Generated<string>;
  settlement_id: string;
  leg_index: number;
  leg_type: LegType;
  instrument_id: string;
  quantity: string;
  party_role: string;
  counterparty_role: string;
  decimals: number;
  external_reference: string | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export type SecretKind = "entity" | "wallet";

export interface CommitmentSecretTable {
  settlement_id: string;
  party_id: string;
  kind: SecretKind;
  key_id: string;
  nonce: Buffer;
  ciphertext: Buffer;
}

/** Settles a trade, or intervenes in it. */
export type IntentKind = "settle" | "transition" | "rollback" | "retry" | "compliance_override" | "trigger_maturity";

export interface IntentTable {
  id: Generated<string>;
  settlement_id: string;
  kind: IntentKind;
  status: Generated<"open" | "done" | "failed">;
  /** The state that a step is to lead to; null where no step of the coordinator is asked for. */
  target_state: string | null;
  /** What the log of that step will say; null without one. */
  evidence_hash: Hex | null;
  /** Who asked for an intervention, and why; null for the intent that settles. */
  actor: string | null;
  reason: string | null;
  error: string | null;
  /** W3C trace context of the request that asked for it. */
  traceparent: ColumnType<string | null, string | null | undefined, string | null>;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface AttestationTable {
  settlement_id: string;
  attester: Address;
  sequence: Int8;
  /** ComplianceStatus numbers in the order of terms.parties. */
  statuses: number[];
  reference_hashes: Hex[];
  valid_until: RequiredTimestamp;
  signature: Hex;
  /** Round of screening that it speaks of. */
  round: Generated<number>;
  created_at: Timestamp;
}

/** A token of the API's own, for a browser. */
export interface SessionTable {
  id: Generated<string>;
  environment_id: string;
  scopes: string[];
  /** Null for all settlements of the environment. */
  settlement_ids: string[] | null;
  metadata: JSONColumnType<Record<string, string> | null, string | null | undefined, string | null>;
  expires_at: RequiredTimestamp;
  revoked_at: NullableTimestamp;
  created_at: Timestamp;
}

export interface AllowedIpTable {
  id: Generated<string>;
  environment_id: string;
  /** Canonical. */
  cidr: string;
  description: string | null;
  created_by: string;
  created_at: Timestamp;
}

export interface RateBucketTable {
  key: string;
  /** When all of its tokens are there again. */
  full_at: RequiredTimestamp;
}

/** A key belongs to an environment, to a platform or, on admin routes, to neither. */
export interface IdempotencyKeyTable {
  environment_id: string | null;
  platform_id: string | null;
  route: string;
  key: string;
  /** Keyed: who reads it can try no bodies. */
  body_hash: string;
  /** A row's id, or one of the directory's. */
  resource_id: string;
  created_at: Timestamp;
}

export interface ActivityLogTable {
  id: Generated<string>;
  platform_id: string | null;
  environment_id: string | null;
  type: string;
  category: string;
  severity: Generated<"info" | "warning" | "error">;
  description: string;
  actor_type: "m2m" | "user" | "session" | "admin" | "system";
  actor_id: string | null;
  resource_type: string | null;
  resource_id: string | null;
  method: string | null;
  path: string | null;
  status_code: number | null;
  ip_address: string | null;
  user_agent: string | null;
  request_id: string | null;
  /** From the request's arrival to this row. */
  duration_ms: number | null;
  detail: JSONColumnType<Record<string, unknown> | null, string | null | undefined, string | null>;
  created_at: Timestamp;
}

export type DirectoryIntentKind =
  | "create_organization"
  | "change_roles"
  | "remove_member"
  | "invite"
  | "withdraw_invitation";

/** A write at the directory that is about to be made, or that may have been made by an attempt that broke off. */
export interface DirectoryIntentTable {
  id: Generated<string>;
  kind: DirectoryIntentKind;
  platform_id: string | null;
  /** What it is about: a slug, a user, an e-mail address, an invitation. */
  subject: string;
  created_at: Timestamp;
}

/** The tables of the schema `keystone`, by their names without it. */
export interface PlatformTables extends ComplianceTables, OperationsTables, TransactionTables, WebhookTables {
  platform: PlatformTable;
  environment: EnvironmentTable;
  instrument: InstrumentTable;
  token: TokenTable;
  template: TemplateTable;
  trade_reference: TradeReferenceTable;
  brought_commitment: BroughtCommitmentTable;
  settlement: SettlementTable;
  instruction: InstructionTable;
  party: PartyTable;
  leg: LegTable;
  commitment_secret: CommitmentSecretTable;
  intent: IntentTable;
  attestation: AttestationTable;
  session: SessionTable;
  allowed_ip: AllowedIpTable;
  rate_bucket: RateBucketTable;
  idempotency_key: IdempotencyKeyTable;
  activity_log: ActivityLogTable;
  directory_intent: DirectoryIntentTable;
}

export type Row<T extends keyof PlatformTables> = Selectable<PlatformTables[T]>;
export type NewRow<T extends keyof PlatformTables> = Insertable<PlatformTables[T]>;
export type RowChanges<T extends keyof PlatformTables> = Updateable<PlatformTables[T]>;
