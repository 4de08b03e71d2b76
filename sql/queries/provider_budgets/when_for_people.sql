-- How long until there are calls again for what is no switch.
-- $1 provider id, $2 calls
SELECT greatest(
    0,
    extract(epoch FROM blocked_until - clock_timestamp()),
    (100 + $2 - least(200, calls + 3 * greatest(0, extract(epoch FROM clock_timestamp() - refilled_at)))) / 3)::float8
    AS seconds
FROM provider_budgets WHERE provider_id = $1;
