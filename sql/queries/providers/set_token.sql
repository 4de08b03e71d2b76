-- A token that was just verified.
-- $1 id, $2 key of the ring, $3 sealed token, $4 when it expires or null
UPDATE providers SET token_key = $2, token_box = $3, expires_on = $4, verified_at = clock_timestamp() WHERE id = $1;
