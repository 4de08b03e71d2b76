-- A test is one attempt, unless one is under way: nobody wants to hear of it tomorrow.
-- $1 id
UPDATE deliveries SET state = 'superseded' WHERE id = $1 AND state = 'pending' AND NOT claimed;
