-- A stream that was never seen before. Nothing where there is a row, also one that somebody holds.
-- $1 name, $2 when NATS says it was created
INSERT INTO streams (name, created_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING;
