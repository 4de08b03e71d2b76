-- What a round says of its servers, in one statement.
-- $1: server ids; $2 ... $23: the columns in the order of the SET list, side by side.
UPDATE server_presence p SET
    node = n.node,
    span = n.span,
    moved_at = n.moved_at,
    last_seq = n.last_seq,
    last_seen = n.last_seen,
    client_id = n.client_id,
    session = n.session,
    interval_seconds = n.interval_seconds,
    said = n.said,
    status = n.status,
    cause = n.cause,
    judged_seq = n.judged_seq,
    status_since = n.status_since,
    steady_since = n.steady_since,
    disconnected_at = n.disconnected_at,
    disconnect_reason = n.disconnect_reason,
    fitness = n.fitness,
    fitness_since = n.fitness_since,
    out_at = n.out_at,
    conflict = n.conflict,
    transition = n.transition,
    incident = n.incident
FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::timestamptz[], $5::bigint[], $6::timestamptz[], $7::bigint[], $8::text[], $9::float8[], $10::text[], $11::text[], $12::text[], $13::bigint[], $14::timestamptz[], $15::timestamptz[], $16::timestamptz[], $17::text[], $18::text[], $19::timestamptz[], $20::timestamptz[], $21::boolean[], $22::bigint[], $23::uuid[])
    AS n (server_id, node, span, moved_at, last_seq, last_seen, client_id, session, interval_seconds, said, status, cause, judged_seq, status_since, steady_since, disconnected_at, disconnect_reason, fitness, fitness_since, out_at, conflict, transition, incident)
WHERE p.server_id = n.server_id
