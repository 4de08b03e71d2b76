-- A zone whose permission was just proven.
-- $1 account id, $2 provider id, $3 name, $4 the provider's id, $5 records in a batch at most
INSERT INTO zones (account_id, provider_id, name, provider_zone_id, batch_max) VALUES ($1, $2, $3, $4, $5) RETURNING id;
