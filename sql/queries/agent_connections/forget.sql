-- Closed connections are kept for a day, so that a late heartbeat of one cannot open it again; then a few at a time go.
-- $1: heard until.
DELETE FROM agent_connections WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM agent_connections WHERE closed_at < $1::timestamptz - interval '24 hours' LIMIT 500))
