-- Something about a server changed that decisions depend on.
-- $1: server, $2: cause, $3: the event that it belongs to, or null.
INSERT INTO check_requests (server_id, cause, trigger_id) VALUES ($1, $2, $3) RETURNING id
