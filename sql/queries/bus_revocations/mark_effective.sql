-- NATS has taken these.
-- $1 public keys
UPDATE bus_revocations SET effective_at = clock_timestamp() WHERE effective_at IS NULL AND public_key = ANY ($1::text[]);
