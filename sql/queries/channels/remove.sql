-- A channel goes with its deliveries.
-- $1 id
DELETE FROM channels WHERE id = $1;
