-- A zone without domains.
-- $1 id
DELETE FROM zones WHERE id = $1;
