-- One event.
-- $1 account id (null: the control plane's own), $2 id
SELECT id, sequence, account_id, source, type, kind, subject, incident, time, data
FROM events WHERE account_id IS NOT DISTINCT FROM $1 AND id = $2;
