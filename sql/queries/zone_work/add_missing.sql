-- A request for a zone that has no row to be locked would wait for ever; one for a zone that is gone is dropped.
-- $1 how old a request must be
WITH asked AS (
    SELECT DISTINCT zone_id FROM check_requests
    WHERE zone_id IS NOT NULL AND requested_at <= (SELECT clock_timestamp()) - $1::interval
), gone AS (
    DELETE FROM check_requests
    WHERE zone_id IN (SELECT zone_id FROM asked WHERE NOT EXISTS (SELECT FROM zones WHERE zones.id = asked.zone_id))
)
INSERT INTO zone_work (zone_id)
SELECT zones.id
FROM asked
JOIN zones ON zones.id = asked.zone_id
WHERE NOT EXISTS (SELECT FROM zone_work WHERE zone_work.zone_id = zones.id)
ON CONFLICT DO NOTHING;
