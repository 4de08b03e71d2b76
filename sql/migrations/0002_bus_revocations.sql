-- Credentials of the bus that are taken back. Rows stay: what a NATS server has lost is told to it again.
CREATE TABLE bus_revocations (
    public_key text CONSTRAINT bus_revocations_pk PRIMARY KEY
        CONSTRAINT bus_revocations_key_form CHECK (public_key ~ '^U[A-Z2-7]{55}$'),
    holder text NOT NULL,                -- the name inside: "acme.fra-1", "presence"
    asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    due_at timestamptz NOT NULL,         -- until then they are good besides their successors
    effective_at timestamptz             -- when NATS had taken it
);
CREATE INDEX bus_revocations_waiting ON bus_revocations (due_at) WHERE effective_at IS NULL;
