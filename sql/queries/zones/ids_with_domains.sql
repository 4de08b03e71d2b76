-- For what goes through everything zone by zone.
-- $1 zone id done last, $2 rows at most
SELECT zones.id, zones.name, accounts.slug AS account FROM zones JOIN accounts ON accounts.id = zones.account_id
WHERE zones.id > $1 AND EXISTS (SELECT FROM domains WHERE zone_id = zones.id)
ORDER BY zones.id
LIMIT $2;
