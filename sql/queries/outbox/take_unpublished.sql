-- What comes next, in the order of the events, with all that its message is made of. Locked: whoever deletes an event
-- waits until it is known whether it went out.
-- $1 stream, $2 rows at most
SELECT events.id AS event_id, events.sequence, accounts.slug AS account, events.source, events.type, events.kind,
    events.subject, events.incident, events.time AS event_time, events.data::text AS data
FROM outbox
JOIN events ON events.id = outbox.event_id
LEFT JOIN accounts ON accounts.id = events.account_id
WHERE outbox.published_at IS NULL AND outbox.stream = $1
ORDER BY outbox.sequence
LIMIT $2::bigint
FOR UPDATE OF outbox SKIP LOCKED;
