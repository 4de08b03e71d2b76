-- More than a server may have: what an agent claims or does may not fill the table.
-- $1: server ids, $2: NATS servers, $3: client ids; side by side.
DELETE FROM agent_connections c
USING unnest($1::bigint[], $2::text[], $3::bigint[]) AS surplus (server_id, nats_server, client_id)
WHERE c.server_id = surplus.server_id AND c.nats_server = surplus.nats_server AND c.client_id = surplus.client_id
