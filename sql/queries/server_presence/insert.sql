-- Every server has its row from the beginning; afterwards presence alone writes it.
-- $1 server id
INSERT INTO server_presence (server_id) VALUES ($1);
