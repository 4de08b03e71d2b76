-- The public key of a server's newest credentials, null once they were revoked.
-- $1 id
SELECT public_key FROM servers WHERE id = $1;
