-- The event that raised it, for whoever is the first to see that it is over.
-- $1 name
DELETE FROM alarms WHERE name = $1 RETURNING event_id;
