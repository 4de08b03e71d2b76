-- Calls are taken before they are made, alone, so that no lock is held meanwhile; a row when they were granted.
-- $1 provider id, $2 calls, $3 what must be left, $4 capacity, $5 refill a second
INSERT INTO provider_budgets AS budget (provider_id, calls)
SELECT id, $4::float8 - $2::float8 FROM providers WHERE id = $1
ON CONFLICT (provider_id) DO UPDATE
SET calls = least($4::float8, budget.calls
        + $5::float8 * greatest(0, extract(epoch FROM clock_timestamp() - budget.refilled_at))) - $2::float8,
    refilled_at = clock_timestamp()
WHERE coalesce(budget.blocked_until <= clock_timestamp(), true)
    AND least($4::float8, budget.calls
        + $5::float8 * greatest(0, extract(epoch FROM clock_timestamp() - budget.refilled_at))) - $2::float8 >= $3::float8
RETURNING calls;
