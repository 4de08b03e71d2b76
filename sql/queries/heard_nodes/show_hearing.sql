-- How well the control plane hears its servers.
-- (no parameters)
SELECT node, url, heard_until, advanced_at, extract(epoch FROM heard_until - heard_since)::float8 AS span_age,
    clock_timestamp() AS now
FROM heard_nodes
WHERE gone_at IS NULL
ORDER BY node;
