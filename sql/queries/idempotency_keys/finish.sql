-- The answer that a repetition gets.
-- $1 token id, $2 key, $3 status, $4 key of the ring, $5 sealed answer
UPDATE idempotency_keys SET status = $3, body_key = $4, body_box = $5 WHERE token_id = $1 AND key = $2;
