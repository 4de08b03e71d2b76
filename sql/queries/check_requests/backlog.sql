-- Checks that were asked for and not made yet.
SELECT count(*) AS waiting,
    coalesce(extract(epoch FROM clock_timestamp() - min(requested_at)), 0)::float8 AS oldest_seconds
FROM check_requests;
