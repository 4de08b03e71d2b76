-- A database that was never migrated is told apart from one that cannot be read.
-- No parameters.
SELECT to_regclass('schema_migrations') IS NOT NULL AS is_there;
