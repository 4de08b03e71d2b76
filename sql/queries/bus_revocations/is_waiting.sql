-- Whether something is due that NATS has not taken yet.
SELECT EXISTS (SELECT FROM bus_revocations WHERE effective_at IS NULL AND due_at <= clock_timestamp()) AS waiting;
