-- What a change has taken away that was given up and may have landed since: the newest of the domain to that target.
-- $1 domain id, $2 to server, $3 to IPv4 or null, $4 to IPv6 or null
SELECT set_aside_after
FROM (
    SELECT set_aside_after, state, refused FROM dns_changes
    WHERE domain_id = $1 AND to_server = $2
        AND to_ipv4 IS NOT DISTINCT FROM $3::inet AND to_ipv6 IS NOT DISTINCT FROM $4::inet
    ORDER BY decided_at DESC
    LIMIT 1
) AS newest
WHERE state = 'abandoned' AND NOT refused;
