-- A node is certainly gone: its connections are closed without counting, and its servers move to another one, where they
-- have a full timeout.
-- $1: the node that is gone, $2: the node they move to, $3: heard until there, $4: why the connections are closed.
WITH closed AS (
    UPDATE agent_connections SET closed_at = $3::timestamptz, reason = $4, counts = false
    WHERE nats_server = $1 AND closed_at IS NULL
)
UPDATE server_presence SET node = $2, span = NULL, moved_at = $3::timestamptz WHERE node = $1
