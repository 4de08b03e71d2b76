-- The stored token was just verified.
-- $1 id, $2 when it expires or null
UPDATE providers SET expires_on = $2, verified_at = clock_timestamp() WHERE id = $1;
