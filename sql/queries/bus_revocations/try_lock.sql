-- One console at a time replaces the account's rights at NATS; the lock ends with the transaction.
SELECT pg_try_advisory_xact_lock(hashtextextended('lumos bus revocations', 0)) AS locked;
