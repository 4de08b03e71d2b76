-- The requests that a check answers: read once, under the zone's lock; later ones are the next check's.
-- $1 zone id
SELECT id, cause FROM check_requests WHERE zone_id = $1 ORDER BY id;
