-- Changes of records, the newest first.
-- $1 account id, $2 domain's name or null, $3 id read last or null, $4 rows at most
SELECT dns_changes.id, domains.name AS domain, kind, state, refused, trigger, error, decided_at, settled_at,
    dns_changes.ttl, source.slug AS from_server, host(from_ipv4) AS from_ipv4, host(from_ipv6) AS from_ipv6,
    target.slug AS to_server, host(to_ipv4) AS to_ipv4, host(to_ipv6) AS to_ipv6
FROM dns_changes
JOIN domains ON domains.id = dns_changes.domain_id
LEFT JOIN servers AS source ON source.id = dns_changes.from_server
LEFT JOIN servers AS target ON target.id = dns_changes.to_server
WHERE dns_changes.account_id = $1
    AND ($2::text IS NULL OR domains.name = $2)
    AND ($3::uuid IS NULL OR dns_changes.id < $3)
ORDER BY dns_changes.id DESC
LIMIT $4;
