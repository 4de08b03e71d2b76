-- What a round says of connections, in one statement.
-- $1: server ids, $2: NATS servers, $3: client ids, $4: sessions, $5: boot ids, $6: opened at, $7: heard since,
-- $8: heard at, $9: closed at, $10: reasons, $11: whether the closing counts; side by side.
INSERT INTO agent_connections (server_id, nats_server, client_id, session, boot_id, opened_at, heard_since, heard_at,
    closed_at, reason, counts)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::timestamptz[],
    $7::timestamptz[], $8::timestamptz[], $9::timestamptz[], $10::text[], $11::boolean[])
ON CONFLICT (server_id, nats_server, client_id) DO UPDATE SET session = excluded.session, boot_id = excluded.boot_id,
    opened_at = excluded.opened_at, heard_since = excluded.heard_since, heard_at = excluded.heard_at,
    closed_at = excluded.closed_at, reason = excluded.reason, counts = excluded.counts
