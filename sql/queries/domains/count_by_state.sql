-- How the domains are: published at their primary or not, held, decided but not applied, not ours, not sure.
-- $1 account id or null for all
SELECT count(*) FILTER (WHERE failover_status = 'active') AS active,
    count(*) FILTER (WHERE failover_status = 'failed_over') AS failed_over,
    count(*) FILTER (WHERE hold_code IS NOT NULL AND hold_code NOT IN ('calling', 'grace', 'pending_change')
        AND hold_since < clock_timestamp() - interval '10 seconds') AS held,
    count(*) FILTER (WHERE undone_since IS NOT NULL AND last_error IS NOT NULL) AS not_applied,
    count(*) FILTER (WHERE not_ours IS NOT NULL) AS not_ours,
    count(*) FILTER (WHERE doubt_until IS NOT NULL) AS in_doubt
FROM domains
WHERE $1::bigint IS NULL OR account_id = $1;
