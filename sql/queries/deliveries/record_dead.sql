-- It was not taken, and nobody tries again. Only the attempt that tried may say so.
-- $1 id, $2 attempt, $3 what went wrong
UPDATE deliveries
SET state = 'dead', claimed = false, last_error = $3, sent_with = NULL
WHERE id = $1 AND attempt = $2 AND state = 'pending'
RETURNING channel_id;
