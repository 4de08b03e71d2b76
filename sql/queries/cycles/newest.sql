-- When the last cycle was completed.
SELECT completed_at, extract(epoch FROM clock_timestamp() - completed_at)::float8 AS age_seconds
FROM cycles ORDER BY completed_at DESC LIMIT 1;
