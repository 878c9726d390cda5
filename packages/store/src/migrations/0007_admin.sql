-- What operators of KeyStone ask for, and what they look at.

-- Besides the one intent that settles a trade there may be any number of interventions in it. Those with a target are a step of the
-- coordinator; the others have the relayer try anew whatever it may do. The version before this one takes any open intent for one that
-- settles, which harms nothing: every effect has its name, and no two have the same.
ALTER TABLE intent
  DROP CONSTRAINT intent_kind_check,
  DROP CONSTRAINT intent_status_check,
  DROP CONSTRAINT intent_settlement_id_kind_key,
  ADD CONSTRAINT intent_kind_check
    CHECK (kind IN ('settle', 'transition', 'rollback', 'retry', 'compliance_override', 'trigger_maturity')),
  ADD CONSTRAINT intent_status_check CHECK (status IN ('open', 'done', 'failed')),
  ADD COLUMN target_state text,
  -- keccak256 of the RFC 8785 form of {intent_id, actor, reason}: what the log of the step will say.
  ADD COLUMN evidence_hash text,
  -- Who asked, and why.
  ADD COLUMN actor text,
  ADD COLUMN reason text,
  -- Why a failed one failed, in the contract's words.
  ADD COLUMN error text,
  ADD CONSTRAINT intent_evidence CHECK (num_nonnulls(target_state, evidence_hash) IN (0, 2)),
  ADD CONSTRAINT intent_asked_by CHECK (kind = 'settle' OR num_nulls(actor, reason) = 0);
CREATE UNIQUE INDEX intent_settles_once ON intent (settlement_id) WHERE kind = 'settle';
-- The same step is under way once, whoever asks for it and by whatever name.
CREATE UNIQUE INDEX intent_open_once ON intent (settlement_id, coalesce(target_state, kind)) WHERE status = 'open';
CREATE INDEX intent_by_settlement ON intent (settlement_id, created_at);

-- Lists over all platforms.
CREATE INDEX settlement_newest ON settlement (created_at DESC, id DESC);
CREATE INDEX party_by_platform ON party (platform_id, settlement_id);
CREATE INDEX party_by_idempotency_key ON party (idempotency_key text_pattern_ops);
CREATE INDEX compliance_check_newest ON compliance_check (created_at DESC, id DESC);
CREATE INDEX activity_newest ON activity_log (created_at DESC, id DESC);
CREATE INDEX activity_by_resource ON activity_log (resource_type, resource_id);

-- When an attempt was made, so that operators see since when an endpoint fails.
ALTER TABLE webhook_delivery ADD COLUMN attempted_at timestamptz(3);
UPDATE webhook_delivery SET attempted_at = created_at WHERE NOT pending;
CREATE INDEX webhook_delivery_newest ON webhook_delivery (created_at DESC, id DESC);
CREATE INDEX webhook_delivery_succeeded ON webhook_delivery (endpoint_id, attempted_at) WHERE success;
CREATE INDEX webhook_delivery_failed ON webhook_delivery (endpoint_id, attempted_at) WHERE NOT success AND NOT pending;
CREATE INDEX webhook_endpoint_newest ON webhook_endpoint (created_at DESC, id DESC);
