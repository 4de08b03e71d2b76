-- TTLs are written to the record by the next check, without an event, where it has another one now.
-- $1 id, $2 ttl, $3 failover ttl
UPDATE domains SET ttl = $2, failover_ttl = $3, rewrite_asked = true WHERE id = $1;
