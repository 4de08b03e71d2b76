-- A server that was called has spoken, or stayed silent for too long: the zones that wait for it are requested, in the
-- transaction that commits the answer, so that it cannot be missed.
-- $1: servers that were judged: answered waits of theirs are deleted; $2: servers that did not answer in time.
WITH answered AS (
    DELETE FROM waiting_for w USING server_presence p
    WHERE w.server_id = ANY ($1::bigint[]) AND p.server_id = w.server_id AND w.asked_at < p.last_seen
    RETURNING w.zone_id
), told AS (
    SELECT zone_id FROM answered
    UNION
    SELECT zone_id FROM waiting_for WHERE server_id = ANY ($2::bigint[])
), requested AS (
    INSERT INTO check_requests (zone_id, cause) SELECT zone_id, 'answer' FROM told RETURNING id, zone_id
)
SELECT r.id AS request_id, a.slug AS account, z.name AS zone
FROM requested r JOIN zones z ON z.id = r.zone_id JOIN accounts a ON a.id = z.account_id
