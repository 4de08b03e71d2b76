-- What of an account may change.
-- $1 id, $2 name, $3 plan
UPDATE accounts SET name = $2, plan = $3 WHERE id = $1;
