-- What is kept for a time and then removed is looked for by its age.
CREATE INDEX idempotency_key_by_age ON idempotency_key (created_at);
CREATE INDEX session_by_end ON session (expires_at);
