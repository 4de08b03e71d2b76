-- Whether we hear anybody: the newest word of any node, and how long ago that was.
SELECT max(heard_until) AS heard_until, extract(epoch FROM clock_timestamp() - max(advanced_at))::float8 AS age_seconds,
    count(*) AS nodes,
    count(*) FILTER (WHERE advanced_at > clock_timestamp() - interval '10 seconds') AS nodes_heard
FROM heard_nodes WHERE gone_at IS NULL;
