-- The connections of a round's servers.
-- $1: server ids.
SELECT server_id, nats_server, client_id, session, boot_id, opened_at, heard_since, heard_at, closed_at, reason, counts
FROM agent_connections WHERE server_id = ANY ($1::bigint[])
ORDER BY server_id, opened_at, nats_server, client_id
