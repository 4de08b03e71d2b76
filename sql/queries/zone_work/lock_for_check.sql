-- The zone is the unit of work: whoever holds this row decides and writes all its domains. Held by another, reserved
-- for a change under way, or backing off: left alone.
-- $1 zone id
SELECT batch_limit, called_at, failures
FROM zone_work
WHERE zone_id = $1
    AND coalesce(reserved_until <= clock_timestamp(), true)
    AND coalesce(not_before <= clock_timestamp(), true)
FOR NO KEY UPDATE SKIP LOCKED;
