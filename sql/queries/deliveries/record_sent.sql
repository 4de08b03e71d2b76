-- It was taken. Only the attempt that sent it may say so: another may be under way.
-- $1 id, $2 attempt
UPDATE deliveries
SET state = 'sent', sent_at = clock_timestamp(), claimed = false, last_error = NULL
WHERE id = $1 AND attempt = $2 AND state = 'pending'
RETURNING channel_id;
