-- Messages name servers; what has no row is nobody's.
-- $1: account slugs, $2: server slugs, side by side.
SELECT a.slug AS account, s.slug AS server, s.id
FROM unnest($1::text[], $2::text[]) AS named (account, server)
JOIN accounts a ON a.slug = named.account
JOIN servers s ON s.account_id = a.id AND s.slug = named.server
JOIN server_presence p ON p.server_id = s.id
