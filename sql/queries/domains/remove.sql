-- The record in DNS stays as it is.
-- $1 id
DELETE FROM domains WHERE id = $1;
