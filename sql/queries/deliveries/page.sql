-- Deliveries, the newest first.
-- $1 account id, $2 state or null, $3 channel's slug or null, $4 id read last or null, $5 rows at most
SELECT deliveries.id, deliveries.event_id, channels.slug AS channel, channels.kind, deliveries.alert, deliveries.subject,
    deliveries.state, deliveries.attempt, deliveries.next_at, deliveries.last_error, deliveries.sent_at,
    deliveries.sent_with, deliveries.created_at
FROM deliveries JOIN channels ON channels.id = deliveries.channel_id
WHERE deliveries.account_id = $1
    AND ($2::text IS NULL OR deliveries.state = $2)
    AND ($3::text IS NULL OR channels.slug = $3)
    AND ($4::uuid IS NULL OR deliveries.id < $4)
ORDER BY deliveries.id DESC
LIMIT $5;
