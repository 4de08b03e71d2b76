-- Every provider has its bucket from the beginning.
-- $1 provider id
INSERT INTO provider_budgets (provider_id) VALUES ($1) ON CONFLICT (provider_id) DO NOTHING;
