-- Only the last ones are ever asked for.
-- (no parameters)
DELETE FROM cycles WHERE completed_at < clock_timestamp() - interval '1 day';
