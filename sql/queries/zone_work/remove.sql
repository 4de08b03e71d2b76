-- The work goes with the zone.
-- $1 zone id
DELETE FROM zone_work WHERE zone_id = $1;
