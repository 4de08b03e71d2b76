-- How many servers there are of each status.
-- $1 account id or null for all
SELECT coalesce(presence.status, 'unknown') AS status, count(*) AS servers
FROM servers LEFT JOIN server_presence AS presence ON presence.server_id = servers.id
WHERE $1::bigint IS NULL OR servers.account_id = $1
GROUP BY 1;
