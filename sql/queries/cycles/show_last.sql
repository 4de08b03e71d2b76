-- How long ago the last sweep ended; null when there was none.
-- (no parameters)
SELECT extract(epoch FROM clock_timestamp() - max(completed_at))::float8 AS age FROM cycles;
