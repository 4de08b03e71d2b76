-- The name for people.
-- $1 id, $2 name
UPDATE providers SET name = $2 WHERE id = $1;
