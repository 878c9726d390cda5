-- Whose relayer it is that has a key: relayers of different attesters must not share one, or a word waits for a lease that another has.
-- Null for a version before this.
ALTER TABLE signer_candidate ADD COLUMN attester text;
