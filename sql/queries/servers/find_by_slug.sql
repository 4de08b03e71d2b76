-- One server with what is known of it.
-- $1 account id, $2 slug
SELECT servers.id, servers.slug, servers.name, host(servers.ipv4) AS ipv4, host(servers.ipv6) AS ipv6, servers.region,
    presence.status, presence.status_since, presence.last_seen, presence.cause, presence.disconnect_reason,
    presence.fitness, presence.fitness_since, presence.conflict, reports.agent_version, reports.checks,
    (SELECT count(*) FROM domains WHERE published_server = servers.id) AS domains_published
FROM servers
LEFT JOIN server_presence AS presence ON presence.server_id = servers.id
LEFT JOIN server_reports AS reports ON reports.server_id = servers.id
WHERE servers.account_id = $1 AND servers.slug = $2;
