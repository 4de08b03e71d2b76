-- The zone that a name belongs to: the longest of the account's that it ends with.
-- $1 account id, $2 name
SELECT zones.id, zones.name, zones.provider_zone_id, zones.batch_max, zones.created_at,
    providers.id AS provider_id, providers.slug AS provider, work.failures, work.last_error, work.not_before,
    (SELECT count(*) FROM domains WHERE zone_id = zones.id) AS domains
FROM zones
LEFT JOIN providers ON providers.id = zones.provider_id
LEFT JOIN zone_work AS work ON work.zone_id = zones.id
WHERE zones.account_id = $1 AND ($2 = zones.name OR right($2, length(zones.name) + 1) = '.' || zones.name)
ORDER BY length(zones.name) DESC
LIMIT 1;
