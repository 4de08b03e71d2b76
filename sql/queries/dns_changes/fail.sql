-- A refusal, or no answer: the change stays pending, under the same guard. A refused one needs no doubt.
-- $1 zone id, $2 attempt, $3 whether it was refused, $4 error
UPDATE dns_changes
SET refused = $3, error = $4::jsonb
WHERE zone_id = $1 AND attempt = $2 AND state = 'pending'
RETURNING domain_id;
