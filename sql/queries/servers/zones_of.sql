-- The zones whose domains must be looked at when a server's address changes.
-- $1 server id
SELECT DISTINCT zone_id FROM domains
WHERE published_server = $1 OR id IN (SELECT domain_id FROM domain_servers WHERE server_id = $1)
ORDER BY zone_id;
