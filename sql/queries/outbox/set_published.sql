-- Acknowledged by the stream.
-- $1 event ids
UPDATE outbox SET published_at = clock_timestamp() WHERE event_id = ANY ($1::uuid[]);
