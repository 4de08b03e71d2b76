-- A domain's servers with all that a decision looks at, in order.
-- $1 domain id
SELECT servers.slug, servers.name, host(servers.ipv4) AS ipv4, host(servers.ipv6) AS ipv6,
    coalesce(presence.status, 'unknown') AS status, presence.status_since, presence.cause, presence.disconnect_reason,
    presence.last_seen, coalesce(presence.fitness, 'unsure') AS fitness, presence.fitness_since,
    presence.disconnected_at, presence.conflict, reports.checks, nodes.heard_until,
    clock_timestamp() - nodes.advanced_at BETWEEN interval '0' AND interval '10 seconds' AS heard,
    presence.span = nodes.span AS same_span,
    extract(epoch FROM nodes.heard_until - presence.disconnected_at)::float8 AS disconnected_seconds
FROM domain_servers
JOIN servers ON servers.id = domain_servers.server_id
LEFT JOIN server_presence AS presence ON presence.server_id = servers.id
LEFT JOIN server_reports AS reports ON reports.server_id = servers.id
LEFT JOIN heard_nodes AS nodes ON nodes.node = presence.node
WHERE domain_servers.domain_id = $1
ORDER BY position;
