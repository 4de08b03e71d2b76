-- New credentials for a subscriber, or none.
-- $1 id, $2 public key or null
UPDATE subscribers SET public_key = $2 WHERE id = $1;
