-- A check job names a zone as people do.
-- $1 account slug, $2 zone name
SELECT zones.id FROM zones JOIN accounts ON accounts.id = zones.account_id WHERE accounts.slug = $1 AND zones.name = $2;
