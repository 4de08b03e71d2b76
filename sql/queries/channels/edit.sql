-- What of a channel may change; switched on again, it forgets why it was off.
-- $1 id, $2 name, $3 address or URL, $4 alerts or null for all, $5 whether it is on
UPDATE channels SET name = $2, target = $3, alerts = $4::text[],
    disabled_at = CASE WHEN $5 THEN NULL ELSE coalesce(disabled_at, clock_timestamp()) END,
    disabled_why = CASE WHEN $5 THEN NULL ELSE coalesce(disabled_why, 'switched off by a person') END
WHERE id = $1;
