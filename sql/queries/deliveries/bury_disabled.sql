-- What was waiting for a channel that has been switched off is not sent when somebody switches it on a day later. An
-- attempt that is under way may still say what came of it.
-- $1 rows at most
UPDATE deliveries
SET state = 'dead', last_error = 'the channel is switched off: ' || coalesce(channels.disabled_why, 'by a person')
FROM channels
WHERE channels.id = deliveries.channel_id
    AND deliveries.id IN (
        SELECT waiting.id
        FROM channels off
        JOIN deliveries waiting ON waiting.channel_id = off.id AND waiting.state = 'pending'
            AND NOT (waiting.claimed AND waiting.next_at > clock_timestamp())
        WHERE off.disabled_at IS NOT NULL
        LIMIT $1::bigint
        FOR UPDATE OF waiting SKIP LOCKED
    )
RETURNING deliveries.id, deliveries.event_id, deliveries.account_id, deliveries.alert, deliveries.attempt,
    deliveries.incident, deliveries.last_error, channels.slug AS channel;
