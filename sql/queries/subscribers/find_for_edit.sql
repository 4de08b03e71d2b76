-- One subscriber, held still while it is edited.
-- $1 account id, $2 slug
SELECT id FROM subscribers WHERE account_id = $1 AND slug = $2 FOR NO KEY UPDATE;
