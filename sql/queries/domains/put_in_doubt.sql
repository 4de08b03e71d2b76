-- No definite answer: what was sent may land, now or later.
-- $1 domain ids, $2 how long a doubt lasts, $3 error
UPDATE domains
SET doubt_until = clock_timestamp() + $2::interval, last_error = $3::jsonb
WHERE id = ANY ($1::bigint[]);
