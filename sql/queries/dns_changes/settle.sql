-- A change of an attempt that did not come back: found applied, or given up.
-- $1 id, $2 state
UPDATE dns_changes SET state = $2, settled_at = clock_timestamp() WHERE id = $1 AND state = 'pending';
