-- The request failed without having done anything: the key is free again.
-- $1 token id, $2 key
DELETE FROM idempotency_keys WHERE token_id = $1 AND key = $2;
