-- A new provider; its token follows in the same transaction, for it is sealed for the row's id.
-- $1 account id, $2 slug, $3 name, $4 kind
INSERT INTO providers (account_id, slug, name, kind, token_key, token_box) VALUES ($1, $2, $3, $4, '', '') RETURNING id;
