-- What a check must know of a zone and of whom to ask about it.
-- $1 zone id
SELECT zones.name, zones.provider_zone_id, zones.batch_max, zones.account_id, accounts.slug AS account, plans.failover,
    providers.id AS provider_id, providers.kind, providers.token_key, providers.token_box, clock_timestamp() AS now
FROM zones
JOIN accounts ON accounts.id = zones.account_id
JOIN plans ON plans.name = accounts.plan
LEFT JOIN providers ON providers.id = zones.provider_id
WHERE zones.id = $1;
