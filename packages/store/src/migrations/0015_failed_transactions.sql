-- What failed lately, which a look of the finality stage wants beside what is unfinished: without this it reads all that was ever sent.
CREATE INDEX chain_transaction_failed ON chain_transaction (chain_id, signer, block_number) WHERE status = 'failed';
