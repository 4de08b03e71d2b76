-- Revoked: from now on it opens nothing.
-- $1 id
DELETE FROM tokens WHERE id = $1;
