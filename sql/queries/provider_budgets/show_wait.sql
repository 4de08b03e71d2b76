-- When there will be calls again.
-- $1 provider id, $2 calls, $3 what must be left, $4 refill a second
SELECT greatest(blocked_until, refilled_at + make_interval(secs => greatest(0, $2::float8 + $3::float8 - calls) / $4::float8),
    clock_timestamp()) AS available_at
FROM provider_budgets
WHERE provider_id = $1;
