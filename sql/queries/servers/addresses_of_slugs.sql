-- The servers that a domain is to be assigned to, kept from being removed meanwhile.
-- $1 account id, $2 slugs
SELECT id, slug, name, host(ipv4) AS ipv4, host(ipv6) AS ipv6 FROM servers
WHERE account_id = $1 AND slug = ANY ($2::text[])
FOR KEY SHARE;
