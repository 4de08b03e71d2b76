-- Who changed what, the newest first.
-- $1 account id, $2 id read last or null, $3 rows at most
SELECT id, at, actor, action, subject, before, after FROM audit
WHERE account_id = $1 AND ($2::bigint IS NULL OR id < $2)
ORDER BY id DESC
LIMIT $3;
