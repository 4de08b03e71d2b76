-- Something that a decision depends on was changed by a person.
-- $1 zone ids, $2 cause
INSERT INTO check_requests (zone_id, cause) SELECT unnest($1::bigint[]), $2 RETURNING id, zone_id;
