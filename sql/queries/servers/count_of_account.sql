-- How many servers count against the plan.
-- $1 account id
SELECT count(*) AS servers FROM servers WHERE account_id = $1;
