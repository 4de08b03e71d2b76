-- The zones that a token serves.
-- $1 provider id
SELECT id, name, provider_zone_id FROM zones WHERE provider_id = $1 ORDER BY id;
