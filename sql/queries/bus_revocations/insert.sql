-- Credentials to be taken back; asked again, the earlier time counts.
-- $1 public key, $2 holder, $3 seconds from now
INSERT INTO bus_revocations (public_key, holder, due_at) VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
ON CONFLICT (public_key) DO UPDATE SET due_at = least(bus_revocations.due_at, EXCLUDED.due_at)
RETURNING due_at;
