-- How many an account has.
-- $1 account id
SELECT count(*) AS subscribers FROM subscribers WHERE account_id = $1;
