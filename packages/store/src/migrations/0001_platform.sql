-- The platform database: what the chain does not know. Losing it loses no settlement.
-- Addresses and hashes are lower-case 0x hex text; amounts are base units in numeric(78,0); times are timestamptz in milliseconds, so that a cursor made of one is exact.

CREATE TABLE platform (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  auth0_org_id text UNIQUE,
  name text NOT NULL,
  slug text NOT NULL UNIQUE,
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE environment (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  platform_id uuid NOT NULL REFERENCES platform (id),
  name text NOT NULL,
  slug text NOT NULL,
  auth0_client_id text NOT NULL UNIQUE,
  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (platform_id, slug)
);

-- A null environment is a global entry, shipped with a deployment.
CREATE TABLE instrument (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  environment_id uuid REFERENCES environment (id),
  alias text NOT NULL,
  alias_type text NOT NULL CHECK (alias_type IN ('isin', 'ticker', 'custom')),
  chain_id bigint NOT NULL,
  token_address text NOT NULL,
  token_standard text NOT NULL CHECK (token_standard IN ('ERC-20', 'ERC-721', 'ERC-1155', 'ERC-1400', 'ERC-3643')),
  decimals integer NOT NULL CHECK (decimals BETWEEN 0 AND 77),
  leg_type text CHECK (leg_type IN ('asset_delivery', 'payment')),
  name text,
  token_id numeric(78, 0),
  verified boolean NOT NULL DEFAULT false,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE NULLS NOT DISTINCT (environment_id, alias, chain_id)
);

-- Tokens given by address without an alias: read on chain once and remembered.
CREATE TABLE token (
  chain_id bigint NOT NULL,
  address text NOT NULL,
  token_standard text NOT NULL,
  decimals integer NOT NULL CHECK (decimals BETWEEN 0 AND 77),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (chain_id, address)
);

-- A change is a new version of the same slug; running settlements keep theirs.
CREATE TABLE template (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  slug text NOT NULL,
  version integer NOT NULL,
  aliases text[] NOT NULL DEFAULT '{}',
  name text NOT NULL,
  description text,
  config jsonb NOT NULL,
  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (slug, version)
);

-- One row per reference, locked for the whole of a submission or a cancellation: of any number of racers one pair matches.
CREATE TABLE trade_reference (
  reference text PRIMARY KEY
);

CREATE TABLE settlement (
  id uuid PRIMARY KEY,
  platform_id uuid NOT NULL REFERENCES platform (id),
  environment_id uuid NOT NULL REFERENCES environment (id),
  template_id uuid NOT NULL REFERENCES template (id),
  template_slug text NOT NULL,
  settlement_type text NOT NULL CHECK (settlement_type IN ('single_platform', 'cross_platform')),
  trade_reference text,
  fee_mode text NOT NULL CHECK (fee_mode IN ('seller_pays', 'buyer_pays', 'split')),
  settlement_hash text NOT NULL UNIQUE,
  terms jsonb NOT NULL,
  timeout_at timestamptz(3) NOT NULL,
  deposit_deadline timestamptz(3) NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE instruction (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  platform_id uuid NOT NULL REFERENCES platform (id),
  environment_id uuid NOT NULL REFERENCES environment (id),
  idempotency_key text NOT NULL,
  trade_reference text NOT NULL REFERENCES trade_reference (reference),
  template_id uuid NOT NULL REFERENCES template (id),
  template_slug text NOT NULL,
  role text NOT NULL,
  status text NOT NULL CHECK (status IN ('pending_match', 'matched', 'cancelled', 'expired')),
  match_failure_field text,
  settlement_id uuid REFERENCES settlement (id),
  party jsonb NOT NULL,
  legs jsonb NOT NULL,
  open boolean NOT NULL,
  fee_mode text CHECK (fee_mode IN ('seller_pays', 'buyer_pays', 'split')),
  counterparty_platform_slug text,
  timeout_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  matched_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX instruction_by_environment ON instruction (environment_id, created_at DESC, id DESC);
CREATE INDEX instruction_candidates ON instruction (trade_reference, created_at) WHERE status = 'pending_match';

CREATE TABLE party (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  settlement_id uuid NOT NULL REFERENCES settlement (id),
  position integer NOT NULL,
  role text NOT NULL,
  platform_id uuid NOT NULL REFERENCES platform (id),
  environment_id uuid NOT NULL REFERENCES environment (id),
  instruction_id uuid REFERENCES instruction (id),
  idempotency_key text,
  name text,
  external_reference text NOT NULL,
  wallet_address text NOT NULL,
  chain_id bigint,
  asset_provider text,
  -- Commitments stand in terms.parties at 2 * position (entity) and 2 * position + 1 (wallet).
  entity_commitment text NOT NULL UNIQUE,
  wallet_commitment text NOT NULL UNIQUE,
  open boolean NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (settlement_id, position)
);
CREATE INDEX party_by_environment ON party (environment_id, settlement_id);

CREATE TABLE leg (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  settlement_id uuid NOT NULL REFERENCES settlement (id),
  leg_index integer NOT NULL,
  leg_type text NOT NULL CHECK (leg_type IN ('asset_delivery', 'payment')),
  instrument_id text NOT NULL,
  quantity text NOT NULL,
  party_role text NOT NULL,
  counterparty_role text NOT NULL,
  decimals integer NOT NULL,
  external_reference text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (settlement_id, leg_index)
);

-- AES-256-GCM; settlement and party are the associated data. Deleted when every leg is paid, refunded or waived.
CREATE TABLE commitment_secret (
  settlement_id uuid NOT NULL REFERENCES settlement (id),
  party_id uuid NOT NULL REFERENCES party (id),
  kind text NOT NULL CHECK (kind IN ('entity', 'wallet')),
  key_id text NOT NULL,
  nonce bytea NOT NULL,
  ciphertext bytea NOT NULL,
  PRIMARY KEY (party_id, kind)
);

CREATE TABLE compliance_check (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  settlement_id uuid NOT NULL REFERENCES settlement (id),
  party_id uuid NOT NULL REFERENCES party (id),
  check_type text NOT NULL CHECK (check_type IN ('entity', 'wallet')),
  provider text NOT NULL,
  status text NOT NULL CHECK (status IN ('pending', 'pass', 'flagged', 'fail', 'error')),
  reference_id text,
  risk_score numeric,
  matched_lists text[],
  decided_by text,
  decision_reason text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (settlement_id, party_id, check_type, provider)
);

-- What the relayer is asked to do. A settlement's first intent is stored in the transaction of its match.
CREATE TABLE intent (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  settlement_id uuid NOT NULL REFERENCES settlement (id),
  kind text NOT NULL CHECK (kind IN ('settle')),
  status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'done')),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (settlement_id, kind)
);
CREATE INDEX intent_open ON intent (created_at) WHERE status = 'open';

-- Every statement an attester has signed, in its order: the sequence of the next one must rise.
CREATE TABLE attestation (
  settlement_id uuid NOT NULL REFERENCES settlement (id),
  attester text NOT NULL,
  sequence bigint NOT NULL,
  statuses smallint[] NOT NULL,
  reference_hashes text[] NOT NULL,
  valid_until timestamptz(3) NOT NULL,
  signature text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (settlement_id, attester, sequence)
);

-- Nonce and signed bytes are stored here before the bytes are broadcast; recovery sends the same bytes again.
CREATE TABLE chain_transaction (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  chain_id bigint NOT NULL,
  signer text NOT NULL,
  nonce bigint NOT NULL,
  intent_id uuid REFERENCES intent (id),
  settlement_id uuid REFERENCES settlement (id),
  kind text NOT NULL CHECK (kind IN ('create', 'attest', 'advance', 'reveal', 'notify_locked', 'notify_released', 'dispatch',
    'receive_message', 'release', 'claim', 'refund', 'timeout', 'cancel', 'manual')),
  -- What the call is about beyond settlement and kind: leg index, target chain, attestation sequence, message guid.
  subject text NOT NULL DEFAULT '',
  to_address text NOT NULL,
  data text NOT NULL,
  value numeric(78, 0) NOT NULL DEFAULT 0,
  gas_limit numeric(78, 0) NOT NULL,
  max_fee_per_gas numeric(78, 0) NOT NULL,
  max_priority_fee_per_gas numeric(78, 0) NOT NULL,
  raw text NOT NULL,
  hash text NOT NULL UNIQUE,
  status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'submitted', 'pending', 'safe', 'finalized', 'failed')),
  block_number bigint,
  block_hash text,
  gas_used numeric(78, 0),
  error text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (chain_id, signer, nonce)
);
CREATE INDEX chain_transaction_by_settlement ON chain_transaction (settlement_id, created_at);
CREATE INDEX chain_transaction_unfinished ON chain_transaction (chain_id, signer, nonce) WHERE status IN ('queued', 'submitted', 'pending', 'safe');
-- One call for one effect, in flight or done: a second worker that wants the same is refused by the database. A call that has to be
-- made again (a lost message, a payment tried anew) carries its attempt in the subject: '84532#2'.
CREATE UNIQUE INDEX chain_transaction_one_per_effect ON chain_transaction (chain_id, settlement_id, kind, subject)
  WHERE status <> 'failed' AND settlement_id IS NOT NULL;

CREATE TABLE idempotency_key (
  environment_id uuid NOT NULL REFERENCES environment (id),
  route text NOT NULL,
  key text NOT NULL,
  body_hash text NOT NULL,
  resource_id uuid NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (environment_id, route, key)
);

CREATE TABLE activity_log (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  platform_id uuid REFERENCES platform (id),
  environment_id uuid REFERENCES environment (id),
  type text NOT NULL,
  category text NOT NULL,
  severity text NOT NULL DEFAULT 'info' CHECK (severity IN ('info', 'warning', 'error')),
  description text NOT NULL,
  actor_type text NOT NULL CHECK (actor_type IN ('m2m', 'user', 'session', 'admin', 'system')),
  actor_id text,
  resource_type text,
  resource_id text,
  method text,
  path text,
  status_code integer,
  ip_address text,
  user_agent text,
  request_id text,
  detail jsonb,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX activity_by_environment ON activity_log (environment_id, created_at DESC, id DESC);
