-- Where an event stands for whoever reads with a cursor: its transaction's id on top of a base. Ids alone do not do: a dump
-- that is restored into another server brings ids along which that one has not reached, and what is recorded there from then
-- on would stand before them, behind the back of every reader. The base rises with each such restore.
CREATE TABLE event_base (
    is_it boolean CONSTRAINT event_base_pk PRIMARY KEY DEFAULT true CONSTRAINT event_base_one_row CHECK (is_it),
    base bigint NOT NULL DEFAULT 0
);
INSERT INTO event_base DEFAULT VALUES;

-- A position at or above the base and the snapshot's end is of no transaction of this server that anybody could see by now,
-- the own one excepted: it came with a dump.
CREATE FUNCTION event_position() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    own CONSTANT bigint := pg_current_xact_id()::text::bigint;
    known bigint;
    snapshot_end bigint;
    newest bigint;
BEGIN
    LOOP
        SELECT base, base + pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
            (SELECT position FROM events WHERE position <> base + own ORDER BY position DESC LIMIT 1)
        INTO known, snapshot_end, newest
        FROM event_base;
        IF newest IS NULL OR newest < snapshot_end THEN
            RETURN known + own;
        END IF;
        -- Whoever comes second waits here, and finds the new base.
        UPDATE event_base SET base = (SELECT max(position) FROM events) WHERE base = known;
    END LOOP;
END
$$;

-- events.xact stays for the release before, which reads by it.
ALTER TABLE events ADD COLUMN position bigint;
UPDATE events SET position = xact::text::bigint;
ALTER TABLE events ALTER COLUMN position SET NOT NULL, ALTER COLUMN position SET DEFAULT event_position();
CREATE INDEX events_position ON events (position);
CREATE INDEX events_account_position ON events (account_id, position, sequence);
