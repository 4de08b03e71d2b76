-- The provider said 429: nobody asks with this token until then.
-- $1 provider id, $2 seconds
UPDATE provider_budgets
SET blocked_until = greatest(blocked_until, clock_timestamp() + $2::float8 * interval '1 second')
WHERE provider_id = $1;
