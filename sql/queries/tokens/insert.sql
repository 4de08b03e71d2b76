-- A new token; only its hash is kept.
-- $1 account id or null for an administrator, $2 slug, $3 hash, $4 whether it only reads, $5 expires at or null
INSERT INTO tokens (account_id, slug, hash, read_only, expires_at) VALUES ($1, $2, $3, $4, $5) RETURNING id;
