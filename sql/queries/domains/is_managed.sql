-- A name is managed by one domain only, over all accounts.
-- $1 name
SELECT EXISTS (SELECT FROM domains WHERE name = $1) AS managed;
