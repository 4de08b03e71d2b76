-- What the first request with a key was answered.
-- $1 token id, $2 key
SELECT request_hash, status, body_key, body_box FROM idempotency_keys WHERE token_id = $1 AND key = $2;
