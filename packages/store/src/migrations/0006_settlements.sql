-- Settlements that a platform makes by itself, and repos: an opening and its closing, both fixed when they are agreed.

ALTER TABLE environment
  -- Of two environments the longer one times a repo's closing.
  ADD COLUMN IF NOT EXISTS default_timeout_seconds integer NOT NULL DEFAULT 3600
    CHECK (default_timeout_seconds BETWEEN 60 AND 604800);

-- Every template says whether its trades must be of a category. None of those before had any.
UPDATE template SET config = config || '{"settlement_category_required": false}' WHERE NOT config ? 'settlement_category_required';

ALTER TABLE settlement
  ADD COLUMN settlement_category text CHECK (settlement_category IN ('repo_open', 'repo_close')),
  ADD COLUMN parent_settlement_id uuid UNIQUE REFERENCES settlement (id),
  ADD COLUMN maturity_at timestamptz(3),
  -- What the closing pays, in whole units of the payment instrument, as the first side wrote it.
  ADD COLUMN repayment_amount text,
  -- Of a settlement that was made without instructions; others have the references of their instructions.
  ADD COLUMN external_reference text,
  -- Who made it, as its first event names them.
  ADD COLUMN created_by text NOT NULL DEFAULT 'system:matching',
  ADD CONSTRAINT settlement_is_whole_repo CHECK ((settlement_category IS NULL) = (maturity_at IS NULL)
    AND (settlement_category IS NULL) = (repayment_amount IS NULL)
    AND (settlement_category IS NOT DISTINCT FROM 'repo_close') = (parent_settlement_id IS NOT NULL));

-- The rate is each side's own word and binds nobody.
ALTER TABLE party ADD COLUMN repo_rate double precision;

ALTER TABLE instruction
  ADD COLUMN settlement_category text,
  ADD COLUMN maturity_at timestamptz(3),
  ADD COLUMN repayment_amount text,
  ADD COLUMN repo_rate double precision;

-- Commitments that came with an instruction or a settlement. One that was shown once is never taken again, whatever became of it.
CREATE TABLE brought_commitment (
  commitment text PRIMARY KEY
);
