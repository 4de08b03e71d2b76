-- One process migrates, the others wait here (up to the transaction's lock_timeout) and find it done.
-- No parameters.
SELECT pg_advisory_xact_lock(hashtext('lumos schema migrations'));
