-- What keeps a zone from being removed.
-- $1 zone id, $2 rows at most
SELECT name FROM domains WHERE zone_id = $1 ORDER BY name LIMIT $2;
