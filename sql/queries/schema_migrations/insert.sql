-- Records a step in the transaction that applied it.
-- $1 number, $2 name, $3 checksum
INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3);
