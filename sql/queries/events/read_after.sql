-- A page of events behind a cursor, in the order of their positions (0003_event_positions.sql): a row is shown only when no
-- older transaction is open any more, so a cursor never steps over a late commit. The cursor is the sequence of the row read
-- last; for one that no row has, every later sequence is behind it. Where the newest position is one that this server
-- cannot have given yet, all rows came with a dump, and nothing is open about any of them.
-- $1 account id (null: the control plane's own), $2 sequence read last, $3 type or null, $4 kind or null, $5 subject or
-- null, $6 since when or null, $7 rows at most
WITH last AS (
    SELECT position, sequence FROM events WHERE sequence = $2
), settled AS (
    SELECT CASE
        WHEN (SELECT max(position) FROM events) >= base + pg_snapshot_xmax(pg_current_snapshot())::text::bigint
            THEN 9223372036854775807
        ELSE base + pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    END AS below
    FROM event_base
)
SELECT events.id, events.sequence, account_id, source, type, kind, subject, incident, time, data
FROM events LEFT JOIN last ON true
WHERE account_id IS NOT DISTINCT FROM $1
    AND (last.sequence IS NULL AND events.sequence > $2
        OR (events.position, events.sequence) > (last.position, last.sequence))
    AND events.position < (SELECT below FROM settled)
    AND ($3::text IS NULL OR type = $3)
    AND ($4::text IS NULL OR kind = $4)
    AND ($5::text IS NULL OR subject = $5)
    AND ($6::timestamptz IS NULL OR time >= $6)
ORDER BY events.position, events.sequence
LIMIT $7;
