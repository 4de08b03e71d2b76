-- How the second transaction leaves the zone: no longer reserved, and due soon.
-- $1 zone id, $2 due in, $3 batch limit or null, $4 failures in a row, $5 last error or null
UPDATE zone_work
SET due_at = clock_timestamp() + $2::interval, reserved_until = NULL, batch_limit = $3, failures = $4, last_error = $5
WHERE zone_id = $1;
