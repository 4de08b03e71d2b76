-- How many servers are in which state, for the metrics.
SELECT status, fitness, count(*) AS servers FROM server_presence GROUP BY status, fitness
