-- The zones that wait for a worker: asked for, or with an alarm that has come. One that already waits for its token's
-- budget is not picked before its alarm. In random order, so that several workers do not queue up behind each other.
-- $1 how old a request must be, $2 zones at most, $3 calls that a switch needs, $4 a budget's capacity, $5 its refill a
-- second
WITH clock AS (SELECT clock_timestamp() AS now), candidates AS (
    SELECT zone_id FROM zone_work WHERE due_at <= (SELECT now FROM clock)
    UNION
    SELECT zone_id FROM check_requests
    WHERE zone_id IS NOT NULL AND requested_at <= (SELECT now FROM clock) - $1::interval
)
SELECT zone_work.zone_id
FROM candidates
JOIN zone_work USING (zone_id)
JOIN zones ON zones.id = zone_work.zone_id
CROSS JOIN clock
LEFT JOIN provider_budgets AS budget ON budget.provider_id = zones.provider_id
WHERE coalesce(reserved_until <= now, true)
    AND coalesce(not_before <= now, true)
    AND (due_at IS NULL OR due_at <= now OR budget.provider_id IS NULL
        OR coalesce(blocked_until <= now, true)
            AND least($4::float8, calls + $5::float8 * extract(epoch FROM now - refilled_at)) >= $3::float8)
ORDER BY random()
LIMIT $2;
