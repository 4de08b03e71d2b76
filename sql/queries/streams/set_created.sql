-- The stream was created anew, and all that has to be published again is marked so.
-- $1 name, $2 when NATS says it was created
UPDATE streams SET created_at = $2, seen_at = clock_timestamp() WHERE name = $1;
