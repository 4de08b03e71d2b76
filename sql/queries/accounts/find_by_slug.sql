-- One account with its plan and what it holds.
-- $1 slug
SELECT accounts.id, accounts.slug, accounts.name, accounts.plan, accounts.created_at, plans.servers_max, plans.failover,
    (SELECT count(*) FROM servers WHERE account_id = accounts.id) AS servers,
    (SELECT count(*) FROM domains WHERE account_id = accounts.id) AS domains
FROM accounts JOIN plans ON plans.name = accounts.plan
WHERE accounts.slug = $1;
