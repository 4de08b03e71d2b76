-- A server that no domain uses.
-- $1 id
DELETE FROM servers WHERE id = $1;
