-- What has changed lately, for relayers to look at again, whoever has changed it.
CREATE INDEX intent_changed ON intent (updated_at);
CREATE INDEX compliance_check_changed ON compliance_check (updated_at);
CREATE INDEX screening_round_changed ON screening_round (started_at);
CREATE INDEX attestation_changed ON attestation (created_at);
CREATE INDEX chain_transaction_changed ON chain_transaction (updated_at);
