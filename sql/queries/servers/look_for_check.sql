-- The servers of a zone's domains, how fit they are and when they were heard: one statement, so one moment.
-- $1 zone id
WITH concerned AS (
    SELECT domain_servers.server_id AS id
    FROM domains JOIN domain_servers ON domain_servers.domain_id = domains.id
    WHERE domains.zone_id = $1
    UNION
    SELECT published_server FROM domains WHERE zone_id = $1 AND published_server IS NOT NULL
)
SELECT servers.id, slug, servers.name, host(ipv4) AS ipv4, host(ipv6) AS ipv6,
    coalesce(status, 'unknown') AS status, coalesce(cause, '') AS cause, coalesce(status_since, servers.created_at) AS status_since,
    coalesce(fitness, 'unsure') AS fitness, coalesce(fitness_since, servers.created_at) AS fitness_since, out_at, last_seen,
    presence.span, presence.incident, node.span AS node_span, node.heard_until, node.advanced_at, waiting_for.first_called_at,
    (SELECT string_agg('check ' || (item ->> 'name') || ' fails: ' || coalesce(item ->> 'error', 'no reason given'), '; ')
        FROM jsonb_array_elements(server_reports.checks) AS item WHERE item ->> 'ok' = 'false') AS failed_checks,
    (SELECT clock_timestamp()) AS now
FROM concerned
JOIN servers USING (id)
LEFT JOIN server_presence AS presence ON presence.server_id = servers.id
LEFT JOIN heard_nodes AS node ON node.node = presence.node AND node.gone_at IS NULL
LEFT JOIN waiting_for ON waiting_for.server_id = servers.id AND waiting_for.zone_id = $1
LEFT JOIN server_reports ON server_reports.server_id = servers.id;
