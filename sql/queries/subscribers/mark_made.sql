-- NATS has the consumer that was wanted; what was wanted meanwhile still is.
-- $1 id, $2 which
UPDATE subscribers SET made = greatest(made, $2) WHERE id = $1;
