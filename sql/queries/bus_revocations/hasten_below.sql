-- What holders whose names begin so still have besides their newest credentials ends now, too.
-- $1 beginning of the name
UPDATE bus_revocations SET due_at = clock_timestamp() WHERE starts_with(holder, $1) AND due_at > clock_timestamp();
