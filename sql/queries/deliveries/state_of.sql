-- Whoever waits for a delivery looks at it.
-- $1 id
SELECT state, attempt, claimed, last_error FROM deliveries WHERE id = $1;
