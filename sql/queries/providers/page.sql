-- An account's providers, in the order of their slugs.
-- $1 account id, $2 slug read last, $3 rows at most
SELECT providers.id, providers.slug, providers.name, providers.kind, providers.token_key, providers.token_box,
    providers.verified_at, providers.expires_on, providers.created_at, budgets.blocked_until,
    least(200, budgets.calls + 3 * greatest(0, extract(epoch FROM clock_timestamp() - budgets.refilled_at)))::float8
        AS calls_left,
    (SELECT coalesce(array_agg(zones.name ORDER BY zones.name), ARRAY[]::text[]) FROM zones
     WHERE provider_id = providers.id) AS zones
FROM providers LEFT JOIN provider_budgets AS budgets ON budgets.provider_id = providers.id
WHERE providers.account_id = $1 AND providers.slug > $2
ORDER BY providers.slug
LIMIT $3;
