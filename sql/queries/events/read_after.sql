-- A page of events behind a cursor. A row is shown only when no transaction is open any more that could still commit a
-- lower sequence, so a cursor never steps over a late commit (0001_foundation.sql, events.horizon).
-- $1 account id (null: the control plane's own), $2 sequence read last, $3 type or null, $4 kind or null, $5 subject or
-- null, $6 rows at most
SELECT id, sequence, account_id, source, type, kind, subject, incident, time, data
FROM events
WHERE account_id IS NOT DISTINCT FROM $1
    AND sequence > $2
    AND horizon <= pg_snapshot_xmin(pg_current_snapshot())
    AND ($3::text IS NULL OR type = $3)
    AND ($4::text IS NULL OR kind = $4)
    AND ($5::text IS NULL OR subject = $5)
ORDER BY sequence
LIMIT $6;
