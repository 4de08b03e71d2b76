-- The first request with a key does the work. Nobody waits: a row that is being written counts as somebody else's.
-- $1 token id, $2 key, $3 hash of the request
INSERT INTO idempotency_keys (token_id, key, request_hash) VALUES ($1, $2, $3)
ON CONFLICT (token_id, key) DO UPDATE SET created_at = clock_timestamp()
    WHERE idempotency_keys.status IS NULL AND idempotency_keys.request_hash = $3
        AND idempotency_keys.created_at < clock_timestamp() - interval '2 minutes'
RETURNING key;
