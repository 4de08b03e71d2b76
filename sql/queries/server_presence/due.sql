-- Servers that are judged although the round learned nothing about them (is_due in workers/presence/round_rule): not
-- judged yet, called, disconnected or leaving and not out, or silent beyond three intervals.
-- $1: the node of the round's beat, $2: seconds between heartbeats of a server that never said its own.
SELECT p.server_id
FROM server_presence p
LEFT JOIN heard_nodes own ON own.node = p.node
JOIN heard_nodes beaten ON beaten.node = $1
CROSS JOIN LATERAL (
    SELECT coalesce(own.span, beaten.span) AS span, coalesce(own.heard_since, beaten.heard_since) AS heard_since,
        coalesce(own.heard_until, beaten.heard_until) AS heard_until
) AS node
WHERE p.last_seen IS NOT NULL AND (
    p.last_seq > p.judged_seq OR p.conflict
    OR EXISTS (SELECT FROM waiting_for w WHERE w.server_id = p.server_id)
    OR NOT (p.status = 'offline' AND p.fitness = 'out') AND (
        p.disconnected_at IS NOT NULL OR p.said IN ('stopping', 'restarting')
        OR node.heard_until - greatest(node.heard_since,
                CASE WHEN p.span = node.span THEN p.last_seen ELSE coalesce(p.moved_at, node.heard_since) END)
            > 3 * make_interval(secs => greatest(1, least(60, coalesce(p.interval_seconds, $2::float8))))))
