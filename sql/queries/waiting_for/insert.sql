-- Who is called for this zone, and when its node was heard last: presence deletes the row when a later word of the server
-- is committed, and asks for a check then. Who is waited for already, stays so.
-- $1 zone id, $2 server ids
INSERT INTO waiting_for (server_id, zone_id, asked_at)
SELECT server_presence.server_id, $1, heard_nodes.heard_until
FROM server_presence JOIN heard_nodes ON heard_nodes.node = server_presence.node
WHERE server_presence.server_id = ANY ($2::bigint[])
ON CONFLICT DO NOTHING;
