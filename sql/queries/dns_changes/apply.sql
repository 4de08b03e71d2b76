-- The guard of every later write: pending, and the caller's own attempt.
-- $1 zone id, $2 attempt
UPDATE dns_changes
SET state = 'applied', settled_at = clock_timestamp()
WHERE zone_id = $1 AND attempt = $2 AND state = 'pending'
RETURNING id, settled_at;
