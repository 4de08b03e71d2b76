-- A provider that no zone uses.
-- $1 id
DELETE FROM providers WHERE id = $1;
