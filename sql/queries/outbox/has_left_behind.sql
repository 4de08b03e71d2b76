-- Whether somebody recorded events and did not come to publish them.
-- $1 older than this
SELECT EXISTS (
    SELECT FROM outbox WHERE published_at IS NULL AND created_at < clock_timestamp() - $1::interval
) AS found;
