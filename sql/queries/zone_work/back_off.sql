-- After an exception: one bad zone never keeps the workers busy.
-- $1 zone id, $2 first wait, $3 longest wait, $4 share of it (jitter), $5 what went wrong
UPDATE zone_work
SET not_before = clock_timestamp() + least($2::interval * power(2, least(failures, 20)), $3::interval) * $4::float8,
    failures = failures + 1,
    last_error = $5
WHERE zone_id = $1;
