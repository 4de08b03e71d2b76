-- The key that a webhook's signatures are made with.
-- $1 id, $2 key of the ring, $3 sealed secret
UPDATE channels SET secret_key = $2, secret_box = $3 WHERE id = $1;
