-- A page of events behind a cursor, in the order in which their transactions began: a row is shown only when no older
-- transaction is open any more, so a cursor never steps over a late commit (0001_foundation.sql, events.xact). The
-- cursor is the sequence of the row read last; for one that no row has, every later sequence is behind it. Rows of a
-- restored dump may carry ids that this server has not reached: they are as final as any.
-- $1 account id (null: the control plane's own), $2 sequence read last, $3 type or null, $4 kind or null, $5 subject or
-- null, $6 since when or null, $7 rows at most
WITH last AS (
    SELECT xact, sequence FROM events WHERE sequence = $2
)
SELECT events.id, events.sequence, account_id, source, type, kind, subject, incident, time, data
FROM events LEFT JOIN last ON true
WHERE account_id IS NOT DISTINCT FROM $1
    AND (last.sequence IS NULL AND events.sequence > $2 OR (events.xact, events.sequence) > (last.xact, last.sequence))
    AND (events.xact < pg_snapshot_xmin(pg_current_snapshot()) OR events.xact >= pg_snapshot_xmax(pg_current_snapshot()))
    AND ($3::text IS NULL OR type = $3)
    AND ($4::text IS NULL OR kind = $4)
    AND ($5::text IS NULL OR subject = $5)
    AND ($6::timestamptz IS NULL OR time >= $6)
ORDER BY events.xact, events.sequence
LIMIT $7;
