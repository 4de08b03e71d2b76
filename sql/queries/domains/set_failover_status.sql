-- The order of the servers was edited: what is published is the primary now, or is it no more. Nothing is written.
-- $1 id, $2 failover status
UPDATE domains SET
    failover_status = $2,
    failed_over_at = CASE WHEN $2 = 'failed_over' THEN coalesce(failed_over_at, clock_timestamp()) END
WHERE id = $1;
