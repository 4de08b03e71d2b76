-- The record of what was applied; made by the first migration, under the lock of lock.sql.
-- No parameters.
CREATE TABLE IF NOT EXISTS schema_migrations (
    number integer CONSTRAINT schema_migrations_pk PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,              -- SHA-256 of the step's text, hexadecimal
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
