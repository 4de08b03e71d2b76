-- What agents say of themselves, for people.
-- $1: server ids, $2: versions, $3: started at, $4: checks as JSON; side by side.
INSERT INTO server_reports (server_id, agent_version, started_at, checks)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::jsonb[])
ON CONFLICT (server_id) DO UPDATE SET agent_version = excluded.agent_version, started_at = excluded.started_at,
    checks = excluded.checks, reported_at = clock_timestamp()
