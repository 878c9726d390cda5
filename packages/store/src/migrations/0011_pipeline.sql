-- How transactions get into blocks: who may send by which key, every byte string that was ever signed, and what contracts refused.

-- A key's right to send on a chain, held by one process at a time. The fence rises with each holder: a write of the pipeline names the
-- fence that it was given, and one of an earlier holder is refused. Only the database's clock says when a lease has ended.
CREATE TABLE signer_lease (
  chain_id bigint NOT NULL,
  signer text NOT NULL,
  holder uuid,
  fence bigint NOT NULL DEFAULT 0,
  expires_at timestamptz NOT NULL DEFAULT '-infinity',
  PRIMARY KEY (chain_id, signer)
);

-- Who lives and has the key, so that leases are spread evenly. Not logged: a crash of Postgres outlasts every entry.
CREATE UNLOGGED TABLE signer_candidate (
  chain_id bigint NOT NULL,
  signer text NOT NULL,
  holder uuid NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (chain_id, signer, holder)
);

-- A 'noop' is a transfer of nothing to oneself, which fills a nonce that would hold up those above it.
ALTER TABLE chain_transaction
  DROP CONSTRAINT chain_transaction_kind_check,
  ADD CONSTRAINT chain_transaction_kind_check CHECK (kind IN ('create', 'attest', 'advance', 'reveal', 'notify_locked', 'notify_released',
    'dispatch', 'receive_message', 'release', 'claim', 'refund', 'timeout', 'cancel', 'manual', 'noop')),
  -- [{to, data}]: views of which one must change, so that anyone can ask later whether the call is still worth making.
  ADD COLUMN probes jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN broadcast_at timestamptz(3),
  ADD COLUMN mined_at timestamptz(3),
  -- What the block took for gas, in wei, a rollup's fee for its data included.
  ADD COLUMN gas_cost numeric(78, 0);
-- What was spent within a day.
CREATE INDEX chain_transaction_spent ON chain_transaction (chain_id, mined_at) WHERE gas_cost IS NOT NULL;

-- Every byte string that was signed for a nonce, stored before it is broadcast. At most one of them is ever mined; chain_transaction
-- shows the newest until then.
CREATE TABLE transaction_attempt (
  hash text PRIMARY KEY,
  transaction_id uuid NOT NULL REFERENCES chain_transaction (id),
  ordinal integer NOT NULL CHECK (ordinal > 0),
  purpose text NOT NULL CHECK (purpose IN ('first', 'replacement', 'cancellation')),
  raw text NOT NULL,
  max_fee_per_gas numeric(78, 0) NOT NULL,
  max_priority_fee_per_gas numeric(78, 0) NOT NULL,
  -- The head of the chain when it was signed.
  head_number bigint NOT NULL,
  -- Of the lease under which it was signed; 0 for one that is older than leases.
  fence bigint NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (transaction_id, ordinal)
);
INSERT INTO transaction_attempt
    (hash, transaction_id, ordinal, purpose, raw, max_fee_per_gas, max_priority_fee_per_gas, head_number, fence, created_at)
  SELECT hash, id, 1, 'first', raw, max_fee_per_gas, max_priority_fee_per_gas, coalesce(block_number, 0), 0, created_at
  FROM chain_transaction;

-- A call that a contract refuses, so that nothing was sent. After enough refusals over enough time it is dead and left alone, until it
-- is redriven. Gone when the call is accepted.
CREATE TABLE refused_call (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  chain_id bigint NOT NULL,
  settlement_id uuid NOT NULL REFERENCES settlement (id),
  kind text NOT NULL,
  subject text NOT NULL,
  -- Name and arguments of the contract's error; the name is empty where it told none.
  error_name text NOT NULL,
  error_args text[] NOT NULL,
  count integer NOT NULL DEFAULT 1,
  -- The head of the chain at the newest refusal.
  block_number bigint NOT NULL,
  is_dead boolean NOT NULL DEFAULT false,
  first_seen_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  last_seen_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (chain_id, settlement_id, kind, subject)
);
CREATE INDEX refused_call_by_settlement ON refused_call (settlement_id);
CREATE INDEX refused_call_newest ON refused_call (last_seen_at DESC, id DESC);
