-- What happened, as told to platforms: by webhooks, and by GET /v1/events. Losing it loses no settlement.

-- One row per environment that may know of an event, since what it is told is its own (its reference, its parties' checks).
CREATE TABLE event (
  environment_id uuid NOT NULL REFERENCES environment (id),
  -- Derived from what happened, so that the same fact seen again is the same row.
  id text NOT NULL,
  -- From 1 within the environment, given under a lock: no lower one appears after a higher one was read. Null for a test call's sample.
  position bigint,
  event text NOT NULL,
  settlement_id uuid REFERENCES settlement (id),
  -- json and not jsonb: the body is signed, so that its text must stay as it was written.
  data json NOT NULL,
  -- The log that says so; null where there is none.
  chain_id bigint,
  block_number bigint,
  block_hash text,
  log_index integer,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (environment_id, id),
  UNIQUE (environment_id, position)
);
CREATE INDEX event_by_log ON event (chain_id, block_hash, log_index) WHERE chain_id IS NOT NULL;
CREATE INDEX event_by_settlement ON event (settlement_id, event);
CREATE INDEX event_by_age ON event (created_at);

-- The last position given in an environment.
CREATE TABLE event_position (
  environment_id uuid PRIMARY KEY REFERENCES environment (id),
  last bigint NOT NULL
);

-- The last sequence given to an event of a settlement, and the state that its events have told.
CREATE TABLE event_sequence (
  settlement_id uuid PRIMARY KEY REFERENCES settlement (id),
  last integer NOT NULL,
  state text NOT NULL
);

-- Up to here, and by the chain's policy for ever, the events of a chain are recorded.
CREATE TABLE event_cursor (
  chain_id bigint PRIMARY KEY,
  block_number bigint NOT NULL
);

-- Settlements whose checks have changed since their events were last recorded; whoever changes a check need not know of events.
CREATE TABLE compliance_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  settlement_id uuid NOT NULL REFERENCES settlement (id)
);
CREATE FUNCTION note_compliance_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO keystone.compliance_change (settlement_id) VALUES (NEW.settlement_id);
  RETURN NULL;
END $$;
CREATE TRIGGER compliance_check_changed AFTER INSERT OR UPDATE OF status ON compliance_check
  FOR EACH ROW EXECUTE FUNCTION note_compliance_change();

CREATE TABLE webhook_endpoint (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  environment_id uuid NOT NULL REFERENCES environment (id),
  url text NOT NULL,
  description text,
  events text[] NOT NULL,
  is_active boolean NOT NULL DEFAULT true,
  disabled_reason text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX webhook_endpoint_by_environment ON webhook_endpoint (environment_id, created_at DESC, id DESC);

-- AES-256-GCM; the endpoint is the associated data. The present one has no end; the one before signs along until its own.
CREATE TABLE webhook_secret (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  endpoint_id uuid NOT NULL REFERENCES webhook_endpoint (id) ON DELETE CASCADE,
  valid_until timestamptz(3),
  key_id text NOT NULL,
  nonce bytea NOT NULL,
  ciphertext bytea NOT NULL
);
CREATE UNIQUE INDEX webhook_secret_present ON webhook_secret (endpoint_id) WHERE valid_until IS NULL;
CREATE UNIQUE INDEX webhook_secret_previous ON webhook_secret (endpoint_id) WHERE valid_until IS NOT NULL;

-- One row per attempt, the one to come included: it is written with its event, or with the failure of the attempt before. The log
-- outlives its endpoint, hence no reference to it.
CREATE TABLE webhook_delivery (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  endpoint_id uuid NOT NULL,
  environment_id uuid NOT NULL,
  event_id text NOT NULL,
  event_type text NOT NULL,
  attempt integer NOT NULL,
  pending boolean NOT NULL,
  -- Of a pending attempt when it is due; of one that was made when the next one is.
  next_attempt_at timestamptz(3),
  -- Who is making the attempt, and until when nobody else does.
  lease uuid,
  leased_until timestamptz(3),
  success boolean NOT NULL DEFAULT false,
  status_code integer,
  response_excerpt text,
  error text,
  duration_ms integer,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  FOREIGN KEY (environment_id, event_id) REFERENCES event (environment_id, id),
  CHECK (NOT pending OR next_attempt_at IS NOT NULL)
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint_id, next_attempt_at) WHERE pending;
CREATE INDEX webhook_delivery_by_endpoint ON webhook_delivery (endpoint_id, created_at DESC, id DESC);
CREATE INDEX webhook_delivery_by_event ON webhook_delivery (environment_id, event_id, endpoint_id);
CREATE INDEX webhook_delivery_by_age ON webhook_delivery (created_at);
