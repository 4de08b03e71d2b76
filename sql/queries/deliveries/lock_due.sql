-- What of one channel may be sent now, oldest first. What another worker is just claiming is passed over.
-- $1 channel id, $2 rows at most
SELECT due.id, due.alert, channels.kind
FROM deliveries due
JOIN channels ON channels.id = due.channel_id AND channels.disabled_at IS NULL
WHERE due.channel_id = $1
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
ORDER BY due.sequence
LIMIT $2::bigint
FOR UPDATE OF due SKIP LOCKED;
