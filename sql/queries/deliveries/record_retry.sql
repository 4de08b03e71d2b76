-- It was not taken, and is tried again. Only the attempt that tried may say so. What waits behind it in the same thread
-- waits as long, so that nobody looks at it in vain.
-- $1 id, $2 attempt, $3 the wait, $4 what went wrong
WITH tried AS (
    UPDATE deliveries
    SET claimed = false, next_at = clock_timestamp() + $3::interval, last_error = $4, sent_with = NULL
    WHERE id = $1 AND attempt = $2 AND state = 'pending'
    RETURNING channel_id, incident, subject, sequence, next_at
), behind AS (
    SELECT later.id, tried.next_at
    FROM tried
    JOIN deliveries later ON later.channel_id = tried.channel_id
        AND later.incident = tried.incident
        AND later.subject = tried.subject
        AND later.sequence > tried.sequence
        AND later.state = 'pending'
        AND NOT later.claimed
        AND later.next_at < tried.next_at
    FOR UPDATE OF later SKIP LOCKED
), moved AS (
    UPDATE deliveries SET next_at = behind.next_at FROM behind WHERE deliveries.id = behind.id
)
SELECT channel_id FROM tried;
