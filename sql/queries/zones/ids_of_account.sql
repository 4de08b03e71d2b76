-- The zones that must be looked at when an account's plan changes.
-- $1 account id
SELECT id FROM zones WHERE account_id = $1 AND EXISTS (SELECT FROM domains WHERE zone_id = zones.id) ORDER BY id;
