-- All domains of a zone with what is pending for them; only the holder of the zone's lock changes them.
-- $1 zone id
SELECT domains.id, domains.name, domains.ttl, failover_ttl, published_server, host(published_ipv4) AS published_ipv4,
    host(published_ipv6) AS published_ipv6, domains.proxied, rewrite_asked, set_aside, failover_status, failed_over_at,
    epoch, doubt_until, retry_at, refusals, incident, hold_code, hold_since, hold_told, not_ours, decision, decision_code,
    undone_since, undone_told, last_error,
    ARRAY(SELECT server_id::text FROM domain_servers WHERE domain_id = domains.id ORDER BY position) AS servers,
    change.id AS change_id, change.attempt, change.kind AS change_kind, change.from_server, change.to_server,
    host(change.to_ipv4) AS to_ipv4, host(change.to_ipv6) AS to_ipv6, change.ttl AS change_ttl, change.refused, change.event_draft,
    change.proxied AS change_proxied, change.set_aside_after
FROM domains
LEFT JOIN dns_changes AS change ON change.domain_id = domains.id AND change.state = 'pending'
WHERE domains.zone_id = $1
ORDER BY domains.id;
