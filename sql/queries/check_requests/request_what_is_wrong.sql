-- The cycle's safety net: finds whatever was missed. Costs what is wrong, not what exists.
-- (no parameters)
WITH wrong AS (
    SELECT domains.zone_id
    FROM server_presence JOIN domains ON domains.published_server = server_presence.server_id
    WHERE server_presence.fitness = 'out'
    UNION
    SELECT domains.zone_id
    FROM domains
    JOIN domain_servers ON domain_servers.domain_id = domains.id AND domain_servers.position = 0
    JOIN server_presence ON server_presence.server_id = domain_servers.server_id
    WHERE domains.failover_status = 'failed_over' AND server_presence.fitness = 'ready'
    UNION
    SELECT zone_id FROM domains WHERE published_server IS NULL
    UNION
    SELECT unsettled.zone_id
    FROM (
        SELECT zone_id FROM domains WHERE doubt_until IS NOT NULL
        UNION
        SELECT zone_id FROM dns_changes WHERE state = 'pending'
    ) AS unsettled
    LEFT JOIN zone_work ON zone_work.zone_id = unsettled.zone_id
    WHERE zone_work.due_at IS NULL
)
INSERT INTO check_requests (zone_id, cause)
SELECT zone_id, 'cycle' FROM wrong
RETURNING zone_id;
