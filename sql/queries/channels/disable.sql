-- The receiver said that it is gone for good. A channel that a person has switched off keeps the person's reason.
-- $1 channel id, $2 why
UPDATE channels SET disabled_at = clock_timestamp(), disabled_why = $2 WHERE id = $1 AND disabled_at IS NULL;
