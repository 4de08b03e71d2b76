-- From here until next_at these deliveries are one worker's; if it dies, they are due again. The attempt's number guards
-- the result.
-- $1 delivery ids, $2 for each the delivery whose mail lists it, or null, $3 the time within which they are sent
UPDATE deliveries
SET attempt = deliveries.attempt + 1, claimed = true, next_at = clock_timestamp() + $3::interval,
    sent_with = chosen.leader
FROM unnest($1::uuid[], $2::uuid[]) AS chosen (id, leader), events, channels, accounts
WHERE deliveries.id = chosen.id
    AND deliveries.state = 'pending'
    AND events.id = deliveries.event_id
    AND channels.id = deliveries.channel_id
    AND accounts.id = channels.account_id
RETURNING deliveries.id, deliveries.attempt, deliveries.account_id, deliveries.channel_id,
    extract(epoch FROM clock_timestamp() - deliveries.created_at)::double precision AS age_seconds,
    accounts.slug AS channel_account, channels.slug AS channel, channels.kind AS channel_kind, channels.target,
    channels.secret_key, channels.secret_box,
    events.id AS event_id, events.sequence, CASE WHEN events.account_id IS NOT NULL THEN accounts.slug END AS account,
    events.source, events.type, events.kind, events.subject, events.incident, events.time AS event_time,
    events.data::text AS data;
