-- What of a token may change.
-- $1 id, $2 whether it only reads, $3 expires at or null
UPDATE tokens SET read_only = $2, expires_at = $3 WHERE id = $1;
