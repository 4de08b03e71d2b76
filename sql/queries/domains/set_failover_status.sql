-- Another order of the servers may make the published one the primary, or no longer the primary.
-- $1 id, $2 failover status
UPDATE domains SET
    failover_status = $2,
    failed_over_at = CASE WHEN $2 = 'failed_over' THEN coalesce(failed_over_at, clock_timestamp()) END
WHERE id = $1;
