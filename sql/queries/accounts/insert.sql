-- A new account.
-- $1 slug, $2 name, $3 plan
INSERT INTO accounts (slug, name, plan) VALUES ($1, $2, $3) RETURNING id;
