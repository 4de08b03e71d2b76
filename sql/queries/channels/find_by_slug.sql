-- One channel.
-- $1 account id, $2 slug
SELECT id, slug, name, kind, target, alerts, secret_key, secret_box, disabled_at, disabled_why, created_at FROM channels
WHERE account_id = $1 AND slug = $2;
