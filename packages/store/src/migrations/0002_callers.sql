-- Who may call the API, from where, and how often.

ALTER TABLE environment
  -- Null: the newest version, the rate of the API.
  ADD COLUMN api_version text,
  ADD COLUMN rate_limit_rpm integer CHECK (rate_limit_rpm BETWEEN 1 AND 60000);

-- A token of the API's own for a browser. Read on every request, so that revoking one works at once.
CREATE TABLE session (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  environment_id uuid NOT NULL REFERENCES environment (id),
  scopes text[] NOT NULL,
  -- Null: all settlements of the environment.
  settlement_ids uuid[],
  metadata jsonb,
  expires_at timestamptz(3) NOT NULL,
  revoked_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now()
);

-- From where machine tokens of the environment are taken; from anywhere while there is no row.
CREATE TABLE allowed_ip (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  environment_id uuid NOT NULL REFERENCES environment (id),
  cidr cidr NOT NULL,
  description text,
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (environment_id, cidr)
);

-- One token bucket for each environment, session, user or address, shared by all API servers. It holds a minute's calls and fills up
-- evenly: the time at which it is full again says all of it, and a bucket that is full need not exist. Not logged, for losing it costs
-- a minute's limit.
CREATE UNLOGGED TABLE rate_bucket (
  key text PRIMARY KEY,
  full_at timestamptz NOT NULL
) WITH (fillfactor = 50);

-- Keys of routes that are about a platform belong to it, not to an environment.
ALTER TABLE idempotency_key
  DROP CONSTRAINT idempotency_key_pkey,
  ALTER COLUMN environment_id DROP NOT NULL,
  ADD COLUMN platform_id uuid REFERENCES platform (id),
  ADD CONSTRAINT idempotency_key_of_one CHECK (num_nonnulls(environment_id, platform_id) = 1),
  ADD CONSTRAINT idempotency_key_once UNIQUE NULLS NOT DISTINCT (environment_id, platform_id, route, key);
