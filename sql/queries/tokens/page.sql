-- The tokens of an account, or the administrators'.
-- $1 account id or null, $2 slug read last, $3 rows at most
SELECT id, slug, read_only, created_at, last_used_at, expires_at FROM tokens
WHERE account_id IS NOT DISTINCT FROM $1 AND slug > $2
ORDER BY slug
LIMIT $3;
