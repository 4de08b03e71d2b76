-- Calls that are no switches may not take the bucket below 100. No row: there are not enough, or the token is blocked.
-- $1 provider id, $2 calls
UPDATE provider_budgets SET
    calls = least(200, calls + 3 * greatest(0, extract(epoch FROM clock_timestamp() - refilled_at))) - $2,
    refilled_at = clock_timestamp()
WHERE provider_id = $1
    AND least(200, calls + 3 * greatest(0, extract(epoch FROM clock_timestamp() - refilled_at))) - $2 >= 100
    AND (blocked_until IS NULL OR blocked_until <= clock_timestamp())
RETURNING calls;
