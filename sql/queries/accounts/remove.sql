-- An account goes with its channels, tokens and events; what publishes something must have been removed before.
-- $1 id
DELETE FROM accounts WHERE id = $1;
