-- One round of presence at a time: whoever holds this row writes what was heard. The clock is read when the lock is
-- there: beside FOR UPDATE it would be read before the wait.
WITH held AS MATERIALIZED (
    SELECT agent_stream_created, beat_seq, bus_stream_created, bus_seq FROM hearing FOR NO KEY UPDATE
)
SELECT held.*, clock_timestamp() AS database_now FROM held
