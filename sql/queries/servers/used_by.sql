-- The domains that a server cannot leave: it is assigned to them, they are published there, or a change to it is open.
-- $1 server id, $2 rows at most
SELECT name FROM domains
WHERE published_server = $1
    OR id IN (SELECT domain_id FROM domain_servers WHERE server_id = $1)
    OR id IN (SELECT domain_id FROM dns_changes WHERE state = 'pending' AND (to_server = $1 OR from_server = $1))
ORDER BY name
LIMIT $2;
