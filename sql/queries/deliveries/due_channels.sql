-- Which channels have something to send, found by hopping from channel to channel over the index of what is pending, so
-- that a channel with a long backlog costs one hop. A delivery waits for the earlier ones of its incident and subject.
-- $1 channel id to start behind, $2 channel ids to leave out, $3 channels at most
WITH RECURSIVE waiting AS (
    (SELECT channel_id FROM deliveries WHERE state = 'pending' AND channel_id > $1::bigint ORDER BY channel_id LIMIT 1)
    UNION ALL
    SELECT (
        SELECT next.channel_id FROM deliveries next
        WHERE next.state = 'pending' AND next.channel_id > waiting.channel_id ORDER BY next.channel_id LIMIT 1
    )
    FROM waiting
    WHERE waiting.channel_id IS NOT NULL
)
SELECT waiting.channel_id
FROM waiting
JOIN channels ON channels.id = waiting.channel_id AND channels.disabled_at IS NULL
WHERE waiting.channel_id <> ALL ($2::bigint[])
    AND EXISTS (
        SELECT FROM deliveries due
        WHERE due.channel_id = waiting.channel_id
            AND due.state = 'pending'
            AND due.next_at <= (SELECT clock_timestamp())
            AND NOT EXISTS (
                SELECT FROM deliveries earlier
                WHERE earlier.channel_id = due.channel_id
                    AND earlier.incident = due.incident
                    AND earlier.subject = due.subject
                    AND earlier.sequence < due.sequence
                    AND earlier.state = 'pending'
            )
    )
LIMIT $3::bigint;
