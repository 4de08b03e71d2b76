-- What was applied, to compare with what this program knows.
-- No parameters.
SELECT number, name, checksum FROM schema_migrations ORDER BY number;
