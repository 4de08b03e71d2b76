-- Its consumer shall begin anew.
-- $1 id, $2 how many seconds back (null: with all there is)
UPDATE subscribers SET starts_at = clock_timestamp() - make_interval(secs => $2), wanted = wanted + 1 WHERE id = $1;
