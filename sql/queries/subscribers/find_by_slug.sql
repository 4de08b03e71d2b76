-- One subscriber.
-- $1 account id, $2 slug
SELECT id, slug, public_key, starts_at, wanted = made AS is_made, created_at FROM subscribers
WHERE account_id = $1 AND slug = $2;
