-- The domains that a person should look at: not applied, not ours, held.
-- $1 account id or null for all, $2 rows at most
SELECT accounts.slug AS account, domains.name, providers.slug AS provider, domains.hold_code, domains.hold_since,
    domains.not_ours, domains.undone_since, domains.last_error, decided.message
FROM domains
JOIN accounts ON accounts.id = domains.account_id
JOIN zones ON zones.id = domains.zone_id
LEFT JOIN providers ON providers.id = zones.provider_id
LEFT JOIN LATERAL (
    SELECT message FROM decisions WHERE domain_id = domains.id ORDER BY at DESC, id DESC LIMIT 1
) AS decided ON true
WHERE ($1::bigint IS NULL OR domains.account_id = $1)
    AND (undone_since IS NOT NULL AND last_error IS NOT NULL OR not_ours IS NOT NULL
        OR hold_code NOT IN ('calling', 'grace', 'pending_change')
            AND hold_since < clock_timestamp() - interval '10 seconds')
ORDER BY (undone_since IS NULL), coalesce(undone_since, hold_since), domains.name
LIMIT $2;
