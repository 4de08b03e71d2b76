-- The servers are given anew, in their order.
-- $1 domain id
DELETE FROM domain_servers WHERE domain_id = $1;
