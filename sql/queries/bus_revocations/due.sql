-- All that NATS must have taken by now.
SELECT public_key FROM bus_revocations WHERE due_at <= clock_timestamp() ORDER BY public_key;
