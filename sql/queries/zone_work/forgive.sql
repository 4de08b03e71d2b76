-- A new token deserves a new try at once; a zone that is being worked on looks by itself afterwards.
-- $1 zone ids
WITH free AS (
    SELECT zone_id FROM zone_work WHERE zone_id = ANY ($1::bigint[]) ORDER BY zone_id FOR NO KEY UPDATE SKIP LOCKED
), retried AS (
    UPDATE domains SET retry_at = NULL WHERE zone_id IN (SELECT zone_id FROM free) AND retry_at IS NOT NULL
)
UPDATE zone_work SET not_before = NULL, failures = 0 WHERE zone_id IN (SELECT zone_id FROM free);
