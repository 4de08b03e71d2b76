-- New credentials for a server's agent, or none.
-- $1 id, $2 public key or null
UPDATE servers SET public_key = $2 WHERE id = $1;
