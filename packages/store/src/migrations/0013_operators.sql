-- Chains on which relayers build nothing and replace nothing until an operator lets them again.
CREATE TABLE relayer_pause (
  chain_id bigint PRIMARY KEY CHECK (chain_id > 0),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  by text NOT NULL CHECK (length(by) BETWEEN 1 AND 200),
  since timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);

-- What was paid with calls: the fees of messages, by chain and kind.
CREATE INDEX chain_transaction_paid ON chain_transaction (chain_id, kind, status) INCLUDE (value) WHERE value > 0;
