-- A new server.
-- $1 account id, $2 slug, $3 name, $4 ipv4 or null, $5 ipv6 or null, $6 region or null, $7 public key of its credentials
INSERT INTO servers (account_id, slug, name, ipv4, ipv6, region, public_key) VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING id;
