-- Which processes are connected: their sessions are named "<process>/<instance>".
SELECT split_part(application_name, '/', 1) AS process, split_part(application_name, '/', 2) AS instance,
    min(backend_start) AS since, count(*) AS sessions
FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE '%/%'
GROUP BY 1, 2
ORDER BY 1, 2;
