-- Changes that were decided and are not settled, and doubts about what is published that a read should have ended.
SELECT count(*) AS pending,
    coalesce(extract(epoch FROM clock_timestamp() - min(decided_at)), 0)::float8 AS oldest_seconds,
    (SELECT greatest(0, coalesce(extract(epoch FROM clock_timestamp() - min(doubt_until)), 0))
        FROM domains WHERE doubt_until IS NOT NULL)::float8 AS doubt_overdue_seconds
FROM dns_changes WHERE state = 'pending';
