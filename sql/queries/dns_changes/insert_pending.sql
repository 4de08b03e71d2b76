-- What is about to be done, before it is done: whoever finds the worker dead finds this.
-- $1 id, $2 domain id, $3 attempt, $4 kind, $5 to server, $6 to IPv4 or null, $7 to IPv6 or null, $8 TTL,
-- $9 records before, $10 event draft or null, $11 proxied, $12 what is set aside once it is applied or null, $13 trigger
INSERT INTO dns_changes (id, account_id, zone_id, domain_id, attempt, kind, from_server, from_ipv4, from_ipv6, to_server,
    to_ipv4, to_ipv6, ttl, records_before, event_draft, proxied, set_aside_after, trigger)
SELECT $1::uuid, account_id, zone_id, id, $3::uuid, $4, published_server, published_ipv4, published_ipv6, $5,
    $6::inet, $7::inet, $8, $9::jsonb, $10::jsonb, $11, $12::jsonb, $13
FROM domains
WHERE id = $2;
