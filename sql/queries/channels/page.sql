-- An account's channels, in the order of their slugs.
-- $1 account id, $2 slug read last, $3 rows at most
SELECT id, slug, name, kind, target, alerts, secret_key, secret_box, disabled_at, disabled_why, created_at FROM channels
WHERE account_id = $1 AND slug > $2
ORDER BY slug
LIMIT $3;
