-- Commits may be lost, and with them events that readers know: their numbers are not given again, or a reader who stands at
-- one of them would not see the events that get the others.
SELECT setval('event_sequence', last_value + 1000000) AS last FROM event_sequence;
