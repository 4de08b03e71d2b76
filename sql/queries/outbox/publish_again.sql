-- The stream was created anew: what was published lately is due again, under the same ids. In steps, so that no
-- statement takes long.
-- $1 stream, $2 how far back, $3 rows at most
UPDATE outbox SET published_at = NULL
WHERE event_id IN (
    SELECT event_id FROM outbox
    WHERE published_at > clock_timestamp() - $2::interval AND stream = $1
    ORDER BY published_at
    LIMIT $3::bigint
    FOR UPDATE
);
