-- What is published has changed: everything that was about the change before it ends with it, but for a TTL that a person
-- has asked for since.
-- $1 domain id, $2 server, $3 IPv4 or null, $4 IPv6 or null, $5 proxied, $6 set aside or null, $7 failover status,
-- $8 incident or null, $9 TTL
UPDATE domains
SET published_server = $2, published_ipv4 = $3::inet, published_ipv6 = $4::inet, proxied = $5, set_aside = $6::jsonb,
    failed_over_at = CASE WHEN $7 = 'active' THEN NULL ELSE coalesce(failed_over_at, clock_timestamp()) END,
    failover_status = $7, incident = $8::uuid, published_at = clock_timestamp(), epoch = epoch + 1,
    rewrite_asked = rewrite_asked AND NOT $5 AND $9 <> CASE WHEN $7 = 'active' THEN ttl ELSE failover_ttl END,
    retry_at = NULL, refusals = 0, last_error = NULL, not_ours = NULL, hold_code = NULL, hold_since = NULL,
    hold_told = NULL, undone_since = NULL, undone_told = false
WHERE id = $1;
