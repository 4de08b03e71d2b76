-- Between two attempts for a lock, so that several processes do not come back at the same moment.
-- No parameters.
SELECT pg_sleep(0.05 + random() * 0.2);
