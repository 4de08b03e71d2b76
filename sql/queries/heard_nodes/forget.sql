-- Nodes that are gone are kept for a day, the newest hundred of them, so that what came from one late is known for
-- history; a NATS server that starts over and over leaves no more.
-- $1: heard until.
DELETE FROM heard_nodes WHERE gone_at IS NOT NULL AND (
    gone_at < $1::timestamptz - interval '24 hours'
    OR node NOT IN (SELECT node FROM heard_nodes WHERE gone_at IS NOT NULL ORDER BY gone_at DESC, node LIMIT 100))
AND NOT EXISTS (SELECT FROM server_presence p WHERE p.node = heard_nodes.node)
