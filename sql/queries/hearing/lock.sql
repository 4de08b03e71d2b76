-- One round of presence at a time: whoever holds this row writes what was heard.
SELECT agent_stream_created, beat_seq, bus_stream_created, bus_seq, clock_timestamp() AS database_now
FROM hearing FOR NO KEY UPDATE
