-- How a check leaves the zone: its next alarm, or reserved for the change that it intends.
-- $1 zone id, $2 due at or null, $3 how long it is reserved or null (due when that is over), $4 batch limit or null,
-- $5 candidates were called at (null: not now), $6 failures in a row (0: the last error is forgotten), $7 what
-- went wrong now or null, $8 left alone for how long,
-- or null
WITH clock AS (SELECT clock_timestamp() AS now)
UPDATE zone_work
SET due_at = CASE WHEN $3::interval IS NULL THEN $2::timestamptz ELSE clock.now + $3::interval END,
    reserved_until = clock.now + $3::interval,
    batch_limit = $4,
    called_at = coalesce($5::timestamptz, called_at),
    failures = $6::int,
    last_error = CASE WHEN $6::int = 0 THEN NULL ELSE coalesce($7, last_error) END,
    not_before = clock.now + $8::interval
FROM clock
WHERE zone_id = $1;
