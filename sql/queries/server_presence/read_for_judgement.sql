-- The servers of a round with what their events say of them, locked in the order of their ids.
-- $1: server ids.
SELECT p.*, s.account_id, a.slug AS account, s.slug AS server, s.name, host(s.ipv4) AS ipv4, host(s.ipv6) AS ipv6,
    (SELECT min(w.asked_at) FROM waiting_for w WHERE w.server_id = p.server_id) AS asked_at
FROM server_presence p
JOIN servers s ON s.id = p.server_id
JOIN accounts a ON a.id = s.account_id
WHERE p.server_id = ANY ($1::bigint[])
ORDER BY p.server_id
FOR NO KEY UPDATE OF p
