-- Spans of all nodes come from one sequence, so that one node's number never looks like another's.
SELECT nextval('hearing_spans') AS span
