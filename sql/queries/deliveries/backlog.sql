-- Notifications that wait, and those that were given up within a day.
-- $1 account id or null for all
SELECT count(*) FILTER (WHERE state = 'pending') AS pending,
    count(*) FILTER (WHERE state = 'dead' AND created_at > clock_timestamp() - interval '24 hours') AS dead
FROM deliveries
WHERE state IN ('pending', 'dead') AND ($1::bigint IS NULL OR account_id = $1);
