-- A subscriber is gone; its consumer goes because no row names it any more.
-- $1 id
DELETE FROM subscribers WHERE id = $1;
