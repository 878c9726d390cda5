-- Screening in rounds, decisions, and how the providers of screening are.

-- All parties are screened anew in each round: on entering a state that asks for it, and when our word would run out.
CREATE TABLE screening_round (
  settlement_id uuid NOT NULL REFERENCES settlement (id),
  -- From 1.
  round integer NOT NULL,
  -- The state that was entered, or 'renewal'.
  cause text NOT NULL,
  started_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (settlement_id, round)
);

-- The checks of the present round; those of earlier ones are past, decisions included, and count for nothing.
ALTER TABLE compliance_check ADD COLUMN round integer NOT NULL DEFAULT 1;
CREATE INDEX compliance_check_flagged ON compliance_check (created_at, id) WHERE status = 'flagged';
CREATE TABLE past_compliance_check (
  LIKE compliance_check,
  superseded_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (id)
);
CREATE INDEX past_compliance_check_by_settlement ON past_compliance_check (settlement_id, round);

-- Of which round a statement speaks.
ALTER TABLE attestation ADD COLUMN round integer NOT NULL DEFAULT 1;

-- What was attested before was screened whole; other screenings under way are begun anew.
INSERT INTO screening_round (settlement_id, round, cause)
SELECT DISTINCT ON (settlement.id) settlement.id, 1, action.key
FROM settlement
JOIN template ON template.id = settlement.template_id
CROSS JOIN LATERAL jsonb_each(template.config->'actions') AS action
WHERE action.value->>'type' = 'compliance_check'
  AND EXISTS (SELECT FROM attestation WHERE attestation.settlement_id = settlement.id)
ORDER BY settlement.id, action.key;

-- One circuit per provider, shared by all relayers: what one of them has found out, the others need not.
CREATE TABLE provider_health (
  name text PRIMARY KEY,
  circuit_state text NOT NULL DEFAULT 'closed' CHECK (circuit_state IN ('closed', 'half_open', 'open')),
  -- In a row, up to the last call; a success ends the failures, and the reverse.
  failure_count integer NOT NULL DEFAULT 0,
  success_count integer NOT NULL DEFAULT 0,
  last_failure_at timestamptz(3),
  last_success_at timestamptz(3),
  last_error text,
  failure_threshold integer NOT NULL,
  reset_timeout_seconds integer NOT NULL,
  half_open_max_calls integer NOT NULL,
  -- When the circuit came to be as it is.
  changed_at timestamptz(3) NOT NULL DEFAULT now(),
  -- Calls let through a half-open circuit.
  trials integer NOT NULL DEFAULT 0,
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);
