-- The stream's clock went back, or another stream counts: no stored stream time may lie ahead of the beat.
-- $1: the beat's stream time.
WITH nodes AS (
    UPDATE heard_nodes SET heard_since = least(heard_since, $1::timestamptz),
        heard_until = least(heard_until, $1::timestamptz),
        gone_at = CASE WHEN gone_at IS NOT NULL THEN least(gone_at, $1::timestamptz) END
    WHERE greatest(heard_since, heard_until, gone_at) > $1::timestamptz
), waiting AS (
    UPDATE waiting_for SET asked_at = $1::timestamptz WHERE asked_at > $1::timestamptz
), connections AS (
    UPDATE agent_connections SET opened_at = least(opened_at, $1::timestamptz),
        heard_since = CASE WHEN heard_since IS NOT NULL THEN least(heard_since, $1::timestamptz) END,
        heard_at = CASE WHEN heard_at IS NOT NULL THEN least(heard_at, $1::timestamptz) END,
        closed_at = CASE WHEN closed_at IS NOT NULL THEN least(closed_at, $1::timestamptz) END
    WHERE greatest(opened_at, heard_since, heard_at, closed_at) > $1::timestamptz
)
UPDATE server_presence SET
    moved_at = CASE WHEN moved_at IS NOT NULL THEN least(moved_at, $1::timestamptz) END,
    last_seen = CASE WHEN last_seen IS NOT NULL THEN least(last_seen, $1::timestamptz) END,
    steady_since = CASE WHEN steady_since IS NOT NULL THEN least(steady_since, $1::timestamptz) END,
    disconnected_at = CASE WHEN disconnected_at IS NOT NULL THEN least(disconnected_at, $1::timestamptz) END,
    out_at = CASE WHEN out_at IS NOT NULL THEN least(out_at, $1::timestamptz) END
WHERE greatest(moved_at, last_seen, steady_since, disconnected_at, out_at) > $1::timestamptz
