-- Whoever holds the stream's row publishes into it: one at a time, so that the order of rows is the order in the stream.
-- Nothing where another one holds it.
-- $1 name
SELECT created_at FROM streams WHERE name = $1 FOR UPDATE SKIP LOCKED;
