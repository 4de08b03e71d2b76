-- The read that ends a doubt must not be so early that it misses a write that followed.
-- $1 domain ids, $2 how long a doubt lasts
UPDATE domains
SET doubt_until = clock_timestamp() + $2::interval
WHERE id = ANY ($1::bigint[]) AND doubt_until IS NOT NULL;
