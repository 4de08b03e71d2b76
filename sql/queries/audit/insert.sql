-- Who changed what, when, from what to what.
-- $1 account id or null, $2 who, $3 action, $4 subject, $5 before or null, $6 after or null
INSERT INTO audit (account_id, actor, action, subject, before, after) VALUES ($1, $2, $3, $4, $5, $6);
