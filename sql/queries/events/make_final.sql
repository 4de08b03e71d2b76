-- A restored dump brings transaction ids along that this server has not reached: events recorded from now on would
-- stand before them. They get the present one.
UPDATE events SET xact = pg_current_xact_id() WHERE xact > pg_current_xact_id();
