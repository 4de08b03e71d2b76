-- Who reads an account's events on the bus: credentials, and a durable consumer of EVENT that the console keeps there.
CREATE TABLE subscribers (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT subscribers_pk PRIMARY KEY,
    account_id bigint NOT NULL CONSTRAINT subscribers_account REFERENCES accounts ON DELETE CASCADE,
    slug text NOT NULL CONSTRAINT subscribers_slug_form CHECK (slug ~ '^[a-z0-9-]{1,63}$'),
    public_key text,                     -- of its newest credentials, null once they were revoked
    starts_at timestamptz,               -- its consumer begins with what EVENT took from then on; null: with all
    wanted bigint NOT NULL DEFAULT 1,    -- raised whenever the consumer shall begin anew
    made bigint NOT NULL DEFAULT 0,      -- which of these the consumer at NATS is
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT subscribers_slug_unique UNIQUE (account_id, slug)
);
