-- Another token, or another id at the provider.
-- $1 id, $2 provider id, $3 the provider's id, $4 records in a batch at most
UPDATE zones SET provider_id = $2, provider_zone_id = $3, batch_max = $4 WHERE id = $1;
