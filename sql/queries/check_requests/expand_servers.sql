-- Requests for a server become requests for the zones that they concern just now. An edit or a person concerns all that
-- have the server; a hold ends when anything about the published server changes, and so does a word of doubt about it.
-- $1 how old a request must be, $2 requests at most
WITH taken AS (
    DELETE FROM check_requests
    WHERE id IN (
        SELECT id FROM check_requests
        WHERE server_id IS NOT NULL AND requested_at <= (SELECT clock_timestamp()) - $1::interval
        ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)
    RETURNING server_id, cause, trigger_id
), concerned AS (
    SELECT domains.zone_id, taken.cause, taken.trigger_id
    FROM taken JOIN domains ON domains.published_server = taken.server_id
    WHERE taken.cause <> 'ready'
        OR domains.hold_code IS NOT NULL
        OR domains.decision_code IN ('primary_unknown', 'primary_unsure')
    UNION ALL
    SELECT domains.zone_id, taken.cause, taken.trigger_id
    FROM taken
    JOIN domain_servers AS listed ON listed.server_id = taken.server_id
    JOIN domains ON domains.id = listed.domain_id
    WHERE taken.cause NOT IN ('offline', 'out', 'ready')
        OR taken.cause = 'ready' AND domains.published_server IS DISTINCT FROM taken.server_id AND (
            listed.position = 0
            OR domains.published_server IS NULL
            OR EXISTS (SELECT FROM server_presence WHERE server_id = domains.published_server AND fitness = 'out')
            OR NOT EXISTS (SELECT FROM domain_servers AS assigned
                WHERE assigned.domain_id = domains.id AND assigned.server_id = domains.published_server))
)
INSERT INTO check_requests (zone_id, cause, trigger_id)
SELECT DISTINCT ON (zone_id, cause) zone_id, cause, trigger_id FROM concerned ORDER BY zone_id, cause
RETURNING zone_id;
