-- What platforms say of themselves, how the directory is written to, and the activity log as it is read.

ALTER TABLE platform
  ADD COLUMN logo_url text,
  ADD COLUMN support_email text,
  ADD COLUMN support_url text,
  ADD COLUMN onboarding_completed_at timestamptz(3);

ALTER TABLE environment
  -- Prefills forms, and times the closings of repos.
  ADD COLUMN default_timeout_seconds integer NOT NULL DEFAULT 3600 CHECK (default_timeout_seconds BETWEEN 60 AND 604800),
  -- The endpoint that its `webhook_url` keeps; who deletes the endpoint has cleared the URL.
  ADD COLUMN webhook_endpoint_id uuid UNIQUE REFERENCES webhook_endpoint (id) ON DELETE SET NULL;

-- Keys of admin routes belong to nobody but their route. What a key has made need not be a row here: an invitation is the directory's.
ALTER TABLE idempotency_key
  DROP CONSTRAINT idempotency_key_of_one,
  ADD CONSTRAINT idempotency_key_of_one_at_most CHECK (num_nonnulls(environment_id, platform_id) <= 1),
  ALTER COLUMN resource_id TYPE text;

-- How long the request had taken when its row was written.
ALTER TABLE activity_log ADD COLUMN duration_ms integer;
CREATE INDEX activity_by_platform ON activity_log (platform_id, created_at DESC, id DESC);

-- What is about to be written at the directory: stored before the first call there, gone in the transaction that records the effect.
-- A row that is left over tells the next attempt that an earlier one may have got through.
CREATE TABLE directory_intent (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  kind text NOT NULL CHECK (kind IN ('create_organization', 'change_roles', 'remove_member', 'invite', 'withdraw_invitation')),
  -- The platform, where there is one already.
  platform_id uuid REFERENCES platform (id),
  subject text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE NULLS NOT DISTINCT (kind, platform_id, subject)
);
