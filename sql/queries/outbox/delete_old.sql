-- Rows that were published long ago: the events themselves stay.
-- $1 published longer ago than this, $2 rows at most
DELETE FROM outbox
WHERE event_id IN (
    SELECT event_id FROM outbox
    WHERE published_at < clock_timestamp() - $1::interval
    ORDER BY published_at
    LIMIT $2::bigint
    FOR UPDATE SKIP LOCKED
);
