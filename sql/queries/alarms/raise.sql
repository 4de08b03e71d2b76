-- Several workers see it; one tells. A row when it is this one.
-- $1 name, $2 event id
INSERT INTO alarms (name, event_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING event_id;
