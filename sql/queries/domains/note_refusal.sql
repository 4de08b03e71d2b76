-- The provider said no. A domain that waits is left out of new changes until then.
-- $1 domain ids, $2 how long each waits (the first refusal), $3 at most, $4 share of it (jitter), $5 error, $6 whether
-- they wait
UPDATE domains
SET last_error = $5::jsonb,
    refusals = refusals + CASE WHEN $6 THEN 1 ELSE 0 END,
    retry_at = CASE WHEN $6
        THEN clock_timestamp() + least($2::interval * power(2, least(refusals, 20)), $3::interval) * $4::float8
        ELSE retry_at END
WHERE id = ANY ($1::bigint[]);
