-- What of a server may change.
-- $1 id, $2 name, $3 ipv4 or null, $4 ipv6 or null, $5 region or null
UPDATE servers SET name = $2, ipv4 = $3, ipv6 = $4, region = $5 WHERE id = $1;
