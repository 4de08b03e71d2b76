-- An account goes: the credentials of all of its subscribers end.
-- $1 account id
INSERT INTO bus_revocations (public_key, holder, due_at)
SELECT public_key, accounts.slug || '_' || subscribers.slug, clock_timestamp()
FROM subscribers JOIN accounts ON accounts.id = subscribers.account_id
WHERE accounts.id = $1 AND public_key IS NOT NULL
ON CONFLICT (public_key) DO UPDATE SET due_at = least(bus_revocations.due_at, EXCLUDED.due_at);
