-- Two requests may not add one name at the same time: each would write its own record. Held until the transaction ends.
-- $1 name
SELECT pg_try_advisory_xact_lock(hashtextextended('lumos domain ' || $1, 0)) AS claimed;
