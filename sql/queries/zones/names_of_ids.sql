-- For the wake-ups after a commit.
-- $1 zone ids
SELECT zones.id, zones.name, accounts.slug AS account FROM zones JOIN accounts ON accounts.id = zones.account_id
WHERE zones.id = ANY ($1::bigint[]) ORDER BY zones.id;
