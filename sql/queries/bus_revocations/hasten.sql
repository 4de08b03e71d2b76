-- What a holder still has besides its newest credentials ends now, too.
-- $1 holder
UPDATE bus_revocations SET due_at = clock_timestamp() WHERE holder = $1 AND due_at > clock_timestamp();
