-- Edits of what is published are made between two switches: waits as long as lock_timeout says. In the order of their
-- ids, like everybody who takes several.
-- $1 zone ids
SELECT zone_id, coalesce(reserved_until > clock_timestamp(), false) AS reserved FROM zone_work
WHERE zone_id = ANY ($1::bigint[])
ORDER BY zone_id
FOR NO KEY UPDATE;
