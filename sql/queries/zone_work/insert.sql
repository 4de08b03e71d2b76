-- A zone's row of work, from the beginning.
-- $1 zone id
INSERT INTO zone_work (zone_id) VALUES ($1);
