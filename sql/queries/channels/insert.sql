-- A new channel; a webhook's secret follows in the same transaction, for it is sealed for the row's id.
-- $1 account id, $2 slug, $3 name, $4 kind, $5 address or URL, $6 alerts or null for all
INSERT INTO channels (account_id, slug, name, kind, target, alerts) VALUES ($1, $2, $3, $4, $5, $6::text[]) RETURNING id;
