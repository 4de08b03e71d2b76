-- How far presence has come in the two streams.
-- $1, $2: the AGENT stream's created-at and the beat's sequence; $3, $4: the BUS stream's and the last message read.
UPDATE hearing SET agent_stream_created = $1, beat_seq = $2, bus_stream_created = $3, bus_seq = $4
