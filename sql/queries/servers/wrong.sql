-- The servers that are down, the longest first.
-- $1 account id or null for all, $2 rows at most
SELECT accounts.slug AS account, servers.slug, presence.status, presence.status_since, presence.cause,
    presence.disconnect_reason, presence.last_seen, presence.conflict, reports.checks,
    (SELECT count(*) FROM domains WHERE published_server = servers.id) AS domains_published
FROM server_presence AS presence
JOIN servers ON servers.id = presence.server_id
JOIN accounts ON accounts.id = servers.account_id
LEFT JOIN server_reports AS reports ON reports.server_id = servers.id
WHERE (presence.status IN ('offline', 'error') OR presence.conflict) AND ($1::bigint IS NULL OR servers.account_id = $1)
ORDER BY presence.status_since
LIMIT $2;
