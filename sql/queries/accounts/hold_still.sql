-- Whoever counts against the plan, or edits the account, does so one after another.
-- $1 account id
SELECT id FROM accounts WHERE id = $1 FOR NO KEY UPDATE;
