-- Every subscriber's consumer as it should be at NATS.
SELECT subscribers.id, accounts.slug AS account, subscribers.slug, starts_at, wanted, made
FROM subscribers JOIN accounts ON accounts.id = subscribers.account_id
ORDER BY subscribers.id;
