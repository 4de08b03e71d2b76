-- What the tokens have left, the scarcest first.
-- $1 account id or null for all, $2 rows at most
SELECT accounts.slug AS account, providers.slug, budgets.blocked_until > clock_timestamp() AS blocked,
    budgets.blocked_until, providers.expires_on,
    least(200, budgets.calls + 3 * greatest(0, extract(epoch FROM clock_timestamp() - budgets.refilled_at)))::float8
        AS calls_left
FROM providers
JOIN accounts ON accounts.id = providers.account_id
JOIN provider_budgets AS budgets ON budgets.provider_id = providers.id
WHERE $1::bigint IS NULL OR providers.account_id = $1
ORDER BY calls_left, accounts.slug, providers.slug
LIMIT $2;
