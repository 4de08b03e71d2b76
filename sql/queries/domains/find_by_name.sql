-- One domain as people see it.
-- $1 account id, $2 name
SELECT domains.id, domains.account_id, domains.zone_id, domains.name, zones.name AS zone, providers.slug AS provider,
    domains.ttl, domains.failover_ttl, domains.published_server, published.slug AS published_slug,
    host(domains.published_ipv4) AS published_ipv4, host(domains.published_ipv6) AS published_ipv6,
    domains.published_at, domains.proxied, domains.failover_status, domains.failed_over_at, domains.epoch,
    domains.doubt_until, domains.retry_at, domains.hold_code, domains.hold_since, domains.not_ours, domains.last_error,
    (SELECT coalesce(array_agg(servers.slug ORDER BY position), ARRAY[]::text[]) FROM domain_servers
     JOIN servers ON servers.id = domain_servers.server_id WHERE domain_id = domains.id) AS servers,
    change.id AS change_id, change.kind AS change_kind, change.decided_at AS change_decided_at,
    change.refused AS change_refused, change.error AS change_error, host(change.to_ipv4) AS change_to_ipv4,
    host(change.to_ipv6) AS change_to_ipv6, target.slug AS change_to_server,
    decided.decision, decided.code AS decision_code, decided.message AS decision_message, decided.at AS decided_at
FROM domains
JOIN zones ON zones.id = domains.zone_id
LEFT JOIN providers ON providers.id = zones.provider_id
LEFT JOIN servers AS published ON published.id = domains.published_server
LEFT JOIN dns_changes AS change ON change.domain_id = domains.id AND change.state = 'pending'
LEFT JOIN servers AS target ON target.id = change.to_server
LEFT JOIN LATERAL (
    SELECT decision, code, message, at FROM decisions WHERE domain_id = domains.id ORDER BY at DESC, id DESC LIMIT 1
) AS decided ON true
WHERE domains.account_id = $1 AND domains.name = $2;
