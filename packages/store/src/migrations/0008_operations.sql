-- Streams, and what traces carry from a request to the processes that go on with it.

-- Streams under way, over all API servers. A place whose server was killed is free again when its lease ends. Not logged: a crash ends
-- every stream anyway.
CREATE UNLOGGED TABLE stream_place (
  id uuid PRIMARY KEY,
  environment_id uuid NOT NULL REFERENCES environment (id),
  leased_until timestamptz NOT NULL
);
CREATE INDEX stream_place_by_environment ON stream_place (environment_id);

-- A fact that streams have shown before it was recorded, and the position up to which recorded events had been shown by then: who
-- resumes from the fact has seen everything up to there. It outlives a fact that a reorg took back.
CREATE TABLE stream_mark (
  environment_id uuid NOT NULL REFERENCES environment (id),
  event_id text NOT NULL,
  settlement_id uuid NOT NULL REFERENCES settlement (id),
  position bigint NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (environment_id, event_id)
);
CREATE INDEX stream_mark_by_age ON stream_mark (created_at);

-- Events that are not final yet are looked for by their block.
CREATE INDEX event_by_block ON event (chain_id, block_number) WHERE chain_id IS NOT NULL;

-- W3C trace context of the request that caused it; null where nobody traces.
ALTER TABLE intent ADD COLUMN traceparent text;
ALTER TABLE event ADD COLUMN traceparent text;
