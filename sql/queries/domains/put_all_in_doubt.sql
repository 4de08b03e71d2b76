-- After commits may have been lost: what is published is read again, late enough to see a write that was in the air.
-- $1 zone id
UPDATE domains SET doubt_until = greatest(doubt_until, clock_timestamp() + interval '60 seconds') WHERE zone_id = $1;
