-- A key is good for a day.
DELETE FROM idempotency_keys WHERE created_at < clock_timestamp() - interval '24 hours';
