-- A test goes to one channel only, whatever alerts that selects.
-- $1 event id, $2 channel id
INSERT INTO deliveries (id, event_id, sequence, channel_id, account_id, alert, incident, subject)
SELECT time_ordered_uuid(), events.id, events.sequence, $2, events.account_id, events.type, events.incident, events.subject
FROM events WHERE events.id = $1
RETURNING id;
