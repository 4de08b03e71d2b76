-- The domain's servers in their order; the first is the primary.
-- $1 domain id, $2 server ids
INSERT INTO domain_servers (domain_id, server_id, position)
SELECT $1, server, place - 1 FROM unnest($2::bigint[]) WITH ORDINALITY AS given (server, place);
