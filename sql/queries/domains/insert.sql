-- A new domain, with what its record says now, or is said to say.
-- $1 account id, $2 zone id, $3 name, $4 ttl, $5 failover ttl, $6 published server, $7 published ipv4, $8 published ipv6
-- or null, $9 proxied, $10 failover status, $11 whether it is not sure that the record was written
INSERT INTO domains (account_id, zone_id, name, ttl, failover_ttl, published_server, published_ipv4, published_ipv6,
    proxied, failover_status, failed_over_at, doubt_until)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
    CASE WHEN $10 = 'failed_over' THEN clock_timestamp() END,
    CASE WHEN $11 THEN clock_timestamp() + interval '60 seconds' END)
RETURNING id;
