-- The plans that there are, the smallest first.
SELECT name, servers_max, failover FROM plans ORDER BY failover, servers_max NULLS LAST, name DESC;
