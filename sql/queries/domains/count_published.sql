-- For how many domains a server is what DNS says, for its alert.
-- $1: server.
SELECT count(*) AS domains FROM domains WHERE published_server = $1
