-- The receiver asked for a pause: what waits for it waits at least that long.
-- $1 channel id, $2 the pause
UPDATE deliveries
SET next_at = clock_timestamp() + $2::interval
WHERE id IN (
    SELECT id FROM deliveries
    WHERE channel_id = $1
        AND state = 'pending'
        AND NOT claimed
        AND next_at < (SELECT clock_timestamp()) + $2::interval
    FOR UPDATE SKIP LOCKED
);
