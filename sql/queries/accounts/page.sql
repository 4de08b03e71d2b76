-- Accounts with their plan and what they hold, in the order of their slugs.
-- $1 only this account's id or null, $2 slug read last, $3 rows at most
SELECT accounts.id, accounts.slug, accounts.name, accounts.plan, accounts.created_at, plans.servers_max, plans.failover,
    (SELECT count(*) FROM servers WHERE account_id = accounts.id) AS servers,
    (SELECT count(*) FROM domains WHERE account_id = accounts.id) AS domains
FROM accounts JOIN plans ON plans.name = accounts.plan
WHERE ($1::bigint IS NULL OR accounts.id = $1) AND accounts.slug > $2
ORDER BY accounts.slug
LIMIT $3;
