-- One sweep a cycle, whoever does it: a second one waits here for the first, and finds it done.
-- $1 seconds of a cycle
INSERT INTO cycles (id)
SELECT floor(extract(epoch FROM clock_timestamp()) / $1::float8)::bigint
ON CONFLICT DO NOTHING
RETURNING id;
