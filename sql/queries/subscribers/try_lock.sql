-- One console at a time keeps the consumers; the lock ends with the transaction.
SELECT pg_try_advisory_xact_lock(hashtextextended('lumos subscribers', 0)) AS locked;
