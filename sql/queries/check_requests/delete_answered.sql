-- Answered by the transaction that deletes them.
-- $1 ids
DELETE FROM check_requests WHERE id = ANY ($1::bigint[]);
