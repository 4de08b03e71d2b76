-- An account's subscribers, in the order of their slugs.
-- $1 account id, $2 slug read last, $3 rows at most
SELECT id, slug, public_key, starts_at, wanted = made AS is_made, created_at FROM subscribers
WHERE account_id = $1 AND slug > $2
ORDER BY slug
LIMIT $3;
