-- The round's word about one node; its row appears with its first beat.
-- $1: node, $2: url, $3: span, $4: the beat that began it, $5: heard since, $6: heard until, $7: advanced at (database
-- clock), $8: gone at.
INSERT INTO heard_nodes (node, url, span, span_seq, heard_since, heard_until, advanced_at, gone_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (node) DO UPDATE SET url = excluded.url, span = excluded.span, span_seq = excluded.span_seq,
    heard_since = excluded.heard_since, heard_until = excluded.heard_until, advanced_at = excluded.advanced_at,
    gone_at = excluded.gone_at
