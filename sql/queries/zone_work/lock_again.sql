-- The second transaction of a switch: waits for the row (lock_timeout), then only its own attempt counts.
-- $1 zone id
SELECT zone_id FROM zone_work WHERE zone_id = $1 FOR NO KEY UPDATE;
