-- An event, its outbox row and its deliveries in one round trip: they exist together or not at all.
-- $1 id, $2 account id or null (the control plane's: delivered to the channels of every account), $3 source, $4 type,
-- $5 kind, $6 subject, $7 incident or null (the event opens one), $8 data, $9 whether it is an alert
WITH event AS (
    INSERT INTO events (id, account_id, source, type, kind, subject, incident, data)
    VALUES ($1, $2, $3, $4, $5, $6, coalesce($7::uuid, $1), $8)
    RETURNING id, sequence, account_id, type, subject, incident, time
), queued AS (
    INSERT INTO outbox (event_id, sequence) SELECT id, sequence FROM event
), selecting AS (
    SELECT id, account_id, alerts FROM channels WHERE $9 AND disabled_at IS NULL AND account_id = $2
    UNION ALL
    SELECT id, account_id, alerts FROM channels WHERE $9 AND disabled_at IS NULL AND $2 IS NULL
), made AS (
    INSERT INTO deliveries (id, event_id, sequence, channel_id, account_id, alert, incident, subject)
    SELECT time_ordered_uuid(), event.id, event.sequence, selecting.id, selecting.account_id, event.type, event.incident,
        event.subject
    FROM event
    JOIN selecting ON selecting.alerts IS NULL OR event.type = ANY (selecting.alerts)
    RETURNING id, channel_id, account_id
)
SELECT event.sequence, event.time, event.incident, made.id AS delivery, accounts.slug AS account, channels.slug AS channel
FROM event
LEFT JOIN made ON true
LEFT JOIN channels ON channels.id = made.channel_id
LEFT JOIN accounts ON accounts.id = made.account_id
ORDER BY made.id;
