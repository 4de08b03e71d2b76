-- Everything the first release stands on. Reasons for the shapes: sql/README.md and docs/switching.md.
-- All keys are numbers; a slug is what people see. All times are timestamptz, read by clock_timestamp() unless a
-- comment says that a column is on the AGENT stream's clock.

CREATE TABLE plans (
    name text CONSTRAINT plans_pk PRIMARY KEY,
    servers_max integer,                 -- null: no limit
    failover boolean NOT NULL
);
INSERT INTO plans VALUES ('free', 1, false), ('pro', NULL, true), ('enterprise', NULL, true);

CREATE TABLE accounts (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT accounts_pk PRIMARY KEY,
    slug text NOT NULL CONSTRAINT accounts_slug_unique UNIQUE
        CONSTRAINT accounts_slug_form CHECK (slug ~ '^[a-z0-9-]{1,63}$'),
    name text NOT NULL,
    plan text NOT NULL CONSTRAINT accounts_plan_known REFERENCES plans,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE servers (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT servers_pk PRIMARY KEY,
    account_id bigint NOT NULL CONSTRAINT servers_account REFERENCES accounts ON DELETE CASCADE,
    slug text NOT NULL CONSTRAINT servers_slug_form CHECK (slug ~ '^[a-z0-9-]{1,63}$'),
    name text NOT NULL,
    ipv4 inet CONSTRAINT servers_ipv4_family CHECK (family(ipv4) = 4),
    ipv6 inet CONSTRAINT servers_ipv6_family CHECK (family(ipv6) = 6),
    region text,
    public_key text,                     -- of the agent's newest credentials, an nkey (U...)
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT servers_slug_unique UNIQUE (account_id, slug),
    CONSTRAINT servers_has_address CHECK (ipv4 IS NOT NULL OR ipv6 IS NOT NULL)
);

CREATE TABLE providers (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT providers_pk PRIMARY KEY,
    account_id bigint NOT NULL CONSTRAINT providers_account REFERENCES accounts ON DELETE CASCADE,
    slug text NOT NULL CONSTRAINT providers_slug_form CHECK (slug ~ '^[a-z0-9-]{1,63}$'),
    name text NOT NULL,
    kind text NOT NULL CONSTRAINT providers_kind_known CHECK (kind IN ('cloudflare')),
    token_key text NOT NULL,             -- which key of the ring encrypted the token
    token_box bytea NOT NULL,
    verified_at timestamptz,
    expires_on timestamptz,              -- the token's own expiry, where the provider says one
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT providers_slug_unique UNIQUE (account_id, slug)
);

-- The budget of API calls: a token bucket a token. Taken alone, never inside another transaction.
CREATE TABLE provider_budgets (
    provider_id bigint CONSTRAINT provider_budgets_pk PRIMARY KEY
        CONSTRAINT provider_budgets_provider REFERENCES providers ON DELETE CASCADE,
    calls double precision NOT NULL DEFAULT 200,
    refilled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    blocked_until timestamptz
);

CREATE TABLE zones (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT zones_pk PRIMARY KEY,
    account_id bigint NOT NULL CONSTRAINT zones_account REFERENCES accounts ON DELETE CASCADE,
    provider_id bigint CONSTRAINT zones_provider REFERENCES providers,
    name text NOT NULL CONSTRAINT zones_name_form CHECK (name = lower(name) AND name !~ '\.$'),
    provider_zone_id text NOT NULL,
    batch_max integer NOT NULL DEFAULT 200,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT zones_name_unique UNIQUE (account_id, name)
);

-- The row that is the job (docs/switching.md). No foreign key points here or from here: its check would wait for a
-- provider call. Nobody but failover touches it, and a console edit.
CREATE TABLE zone_work (
    zone_id bigint CONSTRAINT zone_work_pk PRIMARY KEY,
    due_at timestamptz,                  -- null: no alarm
    reserved_until timestamptz,
    not_before timestamptz,              -- after an exception: backoff of the whole zone
    failures integer NOT NULL DEFAULT 0,
    last_error text,
    batch_limit integer,                 -- null: as many as the zone's batch_max
    called_at timestamptz                -- candidates were called last
);
CREATE INDEX zone_work_due ON zone_work (due_at);

CREATE TABLE check_requests (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT check_requests_pk PRIMARY KEY,
    server_id bigint,
    zone_id bigint,
    cause text NOT NULL CONSTRAINT check_requests_cause_known
        CHECK (cause IN ('offline', 'out', 'ready', 'answer', 'cycle', 'pending_change', 'operator', 'config_change')),
    trigger_id uuid,                     -- the event or thing that caused it
    requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT check_requests_one_subject CHECK ((server_id IS NULL) <> (zone_id IS NULL))
);
CREATE INDEX check_requests_zone ON check_requests (zone_id) WHERE zone_id IS NOT NULL;
CREATE INDEX check_requests_server ON check_requests (server_id) WHERE server_id IS NOT NULL;

CREATE TABLE domains (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT domains_pk PRIMARY KEY,
    account_id bigint NOT NULL CONSTRAINT domains_account REFERENCES accounts ON DELETE CASCADE,
    zone_id bigint NOT NULL CONSTRAINT domains_zone REFERENCES zones,
    name text NOT NULL CONSTRAINT domains_name_unique UNIQUE
        CONSTRAINT domains_name_form CHECK (name = lower(name) AND name !~ '\.$'),
    ttl integer NOT NULL CONSTRAINT domains_ttl_range CHECK (ttl = 1 OR ttl BETWEEN 30 AND 86400),
    failover_ttl integer NOT NULL CONSTRAINT domains_failover_ttl_range
        CHECK (failover_ttl = 1 OR failover_ttl BETWEEN 30 AND 86400),
    published_server bigint CONSTRAINT domains_published_server REFERENCES servers,  -- null: no assigned server's address
    published_ipv4 inet,
    published_ipv6 inet,
    published_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    proxied boolean NOT NULL DEFAULT false,
    rewrite_asked boolean NOT NULL DEFAULT false,   -- a console edit of the TTL: write the record once, without an event
    set_aside jsonb,                     -- array of records that were removed because the target has no address of that family
    failover_status text NOT NULL DEFAULT 'active' CONSTRAINT domains_failover_status_known
        CHECK (failover_status IN ('active', 'failed_over')),
    failed_over_at timestamptz,
    epoch bigint NOT NULL DEFAULT 1,     -- + 1 with every recorded change of what is published
    doubt_until timestamptz,             -- null: sure what is published
    retry_at timestamptz,                -- after a refusal: left out of new changes until then
    refusals integer NOT NULL DEFAULT 0,
    incident uuid,
    hold_code text,
    hold_since timestamptz,
    hold_told text,                      -- the code that failover_held was last published for
    not_ours text,                       -- what stood in DNS instead, reported once
    decision text,                       -- the newest row of decisions: nothing | switch | restore | rewrite | hold, and its code
    decision_code text,
    undone_since timestamptz,            -- decided then, and not applied yet
    undone_told boolean NOT NULL DEFAULT false,     -- failover_not_applied was published for it
    last_error jsonb,                    -- {httpStatus, code, message} of the last refusal or missing answer
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX domains_published_server ON domains (published_server);
CREATE INDEX domains_zone ON domains (zone_id);
CREATE INDEX domains_failed_over ON domains (zone_id) WHERE failover_status = 'failed_over';
CREATE INDEX domains_unsure ON domains (zone_id) WHERE doubt_until IS NOT NULL OR published_server IS NULL;

CREATE TABLE domain_servers (
    domain_id bigint NOT NULL CONSTRAINT domain_servers_domain REFERENCES domains ON DELETE CASCADE,
    server_id bigint NOT NULL CONSTRAINT domain_servers_server REFERENCES servers,
    position integer NOT NULL,           -- 0 is the primary
    CONSTRAINT domain_servers_pk PRIMARY KEY (domain_id, server_id),
    CONSTRAINT domain_servers_position UNIQUE (domain_id, position) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX domain_servers_server ON domain_servers (server_id);

CREATE TABLE dns_changes (
    id uuid CONSTRAINT dns_changes_pk PRIMARY KEY,
    account_id bigint NOT NULL,
    zone_id bigint NOT NULL,
    domain_id bigint NOT NULL CONSTRAINT dns_changes_domain REFERENCES domains ON DELETE CASCADE,
    attempt uuid NOT NULL,               -- guards every later write: only the attempt that made the row may close it
    kind text NOT NULL CONSTRAINT dns_changes_kind_known CHECK (kind IN ('switch', 'restore', 'rewrite')),
    from_server bigint,
    from_ipv4 inet,
    from_ipv6 inet,
    to_server bigint NOT NULL,
    to_ipv4 inet,
    to_ipv6 inet,
    ttl integer NOT NULL,
    state text NOT NULL DEFAULT 'pending' CONSTRAINT dns_changes_state_known
        CHECK (state IN ('pending', 'applied', 'abandoned')),
    refused boolean NOT NULL DEFAULT false,
    records_before jsonb NOT NULL,
    event_draft jsonb,                   -- {incident, data}: what to publish, whoever finds it applied; null for a rewrite
    proxied boolean NOT NULL DEFAULT false,
    set_aside_after jsonb,               -- what domains.set_aside is once this is applied
    trigger text NOT NULL,
    error jsonb,
    decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    settled_at timestamptz
);
CREATE UNIQUE INDEX dns_changes_one_pending ON dns_changes (domain_id) WHERE state = 'pending';
CREATE INDEX dns_changes_pending_zone ON dns_changes (zone_id) WHERE state = 'pending';
CREATE INDEX dns_changes_domain ON dns_changes (domain_id, decided_at DESC);

-- A row whenever a domain's decision or its code changes: `explain --at` reads it.
CREATE TABLE decisions (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT decisions_pk PRIMARY KEY,
    domain_id bigint NOT NULL CONSTRAINT decisions_domain REFERENCES domains ON DELETE CASCADE,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    decision text NOT NULL,
    code text NOT NULL,
    message text NOT NULL,
    evidence jsonb NOT NULL
);
CREATE INDEX decisions_domain_at ON decisions (domain_id, at DESC);

-- ---- presence (docs/presence.md) ----

CREATE SEQUENCE hearing_spans;

CREATE TABLE hearing (
    is_it boolean CONSTRAINT hearing_pk PRIMARY KEY DEFAULT true CONSTRAINT hearing_one_row CHECK (is_it),
    agent_stream_created timestamptz,
    beat_seq bigint NOT NULL DEFAULT 0,
    bus_stream_created timestamptz,
    bus_seq bigint NOT NULL DEFAULT 0
);
INSERT INTO hearing DEFAULT VALUES;

CREATE TABLE heard_nodes (
    node text CONSTRAINT heard_nodes_pk PRIMARY KEY,    -- NATS's server id: new at each start
    url text NOT NULL,
    span bigint NOT NULL,
    span_seq bigint NOT NULL,
    heard_since timestamptz NOT NULL,    -- stream clock
    heard_until timestamptz NOT NULL,    -- stream clock
    advanced_at timestamptz NOT NULL,    -- database clock
    gone_at timestamptz                  -- stream clock: certainly gone, nothing is on it any more
);

CREATE TABLE server_presence (
    server_id bigint CONSTRAINT server_presence_pk PRIMARY KEY
        CONSTRAINT server_presence_server REFERENCES servers ON DELETE CASCADE,
    node text,
    span bigint,
    moved_at timestamptz,                -- stream clock
    last_seq bigint NOT NULL DEFAULT 0,
    last_seen timestamptz,               -- stream clock
    client_id bigint,
    session text,
    interval_seconds double precision,
    said text CONSTRAINT server_presence_said_known CHECK (said IN ('online', 'error', 'stopping', 'restarting')),
    status text NOT NULL DEFAULT 'unknown' CONSTRAINT server_presence_status_known
        CHECK (status IN ('unknown', 'online', 'offline', 'error')),
    cause text,                          -- of the status: disconnect | stopping | silence | local_check | heartbeat
    judged_seq bigint NOT NULL DEFAULT 0,
    status_since timestamptz NOT NULL DEFAULT clock_timestamp(),
    steady_since timestamptz,            -- stream clock
    disconnected_at timestamptz,         -- stream clock
    disconnect_reason text,
    fitness text NOT NULL DEFAULT 'unsure' CONSTRAINT server_presence_fitness_known
        CHECK (fitness IN ('ready', 'unsure', 'out')),
    fitness_since timestamptz NOT NULL DEFAULT clock_timestamp(),
    out_at timestamptz,                  -- stream clock
    conflict boolean NOT NULL DEFAULT false,   -- identity_conflict was published and lasts
    transition bigint NOT NULL DEFAULT 0,
    incident uuid
) WITH (fillfactor = 50);
CREATE INDEX server_presence_out ON server_presence (server_id) WHERE fitness = 'out';

CREATE TABLE agent_connections (
    server_id bigint NOT NULL CONSTRAINT agent_connections_server REFERENCES servers ON DELETE CASCADE,
    nats_server text NOT NULL,
    client_id bigint NOT NULL,
    session text,
    boot_id text,
    opened_at timestamptz NOT NULL,      -- stream clock, like the four below
    heard_since timestamptz,
    heard_at timestamptz,
    closed_at timestamptz,
    reason text,
    counts boolean NOT NULL DEFAULT false,     -- its closing says something about the server, not about the bus
    CONSTRAINT agent_connections_pk PRIMARY KEY (server_id, nats_server, client_id)
);
CREATE INDEX agent_connections_closed ON agent_connections (closed_at) WHERE closed_at IS NOT NULL;

CREATE TABLE waiting_for (
    server_id bigint NOT NULL CONSTRAINT waiting_for_server REFERENCES servers ON DELETE CASCADE,
    zone_id bigint NOT NULL,
    asked_at timestamptz NOT NULL,       -- stream clock
    first_called_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT waiting_for_pk PRIMARY KEY (server_id, zone_id)
);

-- What an agent says of itself, for people; written only when it changed.
CREATE TABLE server_reports (
    server_id bigint CONSTRAINT server_reports_pk PRIMARY KEY
        CONSTRAINT server_reports_server REFERENCES servers ON DELETE CASCADE,
    agent_version text NOT NULL,
    started_at timestamptz,
    checks jsonb NOT NULL,
    reported_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- ---- events and notifications ----

CREATE SEQUENCE event_sequence;

-- UUID version 7: the rows of one time stand together in the index.
CREATE FUNCTION time_ordered_uuid() RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT encode(
        set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
            PLACING substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
            FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid
$$;

CREATE TABLE events (
    id uuid CONSTRAINT events_pk PRIMARY KEY,
    sequence bigint NOT NULL DEFAULT nextval('event_sequence') CONSTRAINT events_sequence_unique UNIQUE,
    -- A reader with a cursor must not step over a row that commits late: it reads only rows whose transaction is
    -- older than every transaction still open, in the order (xact, sequence). The sequence alone does not do: a
    -- transaction that got its id later may take its number earlier, and no snapshot shows ids that are higher than
    -- every finished one.
    xact xid8 NOT NULL DEFAULT pg_current_xact_id(),
    account_id bigint CONSTRAINT events_account REFERENCES accounts ON DELETE CASCADE,  -- null: of the control plane
    source text NOT NULL,                -- the process, as in CloudEvents' /lumos/<process>
    type text NOT NULL,                  -- server_down, failover_triggered ...
    kind text NOT NULL CONSTRAINT events_kind_known
        CHECK (kind IN ('server', 'domain', 'channel', 'provider', 'control')),
    subject text NOT NULL,               -- the server's, channel's or provider's slug, or the domain's name
    incident uuid NOT NULL,              -- the event that opened the incident, often itself
    time timestamptz NOT NULL DEFAULT clock_timestamp(),
    data jsonb NOT NULL
);
CREATE INDEX events_account_xact ON events (account_id, xact, sequence);
CREATE INDEX events_subject ON events (account_id, kind, subject, sequence);
CREATE INDEX events_incident ON events (incident);

CREATE TABLE outbox (
    event_id uuid CONSTRAINT outbox_pk PRIMARY KEY CONSTRAINT outbox_event REFERENCES events ON DELETE CASCADE,
    sequence bigint NOT NULL,
    stream text NOT NULL DEFAULT 'EVENT',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    published_at timestamptz
);
CREATE INDEX outbox_unpublished ON outbox (sequence) WHERE published_at IS NULL;
CREATE INDEX outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL;

CREATE TABLE channels (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT channels_pk PRIMARY KEY,
    account_id bigint NOT NULL CONSTRAINT channels_account REFERENCES accounts ON DELETE CASCADE,
    slug text NOT NULL CONSTRAINT channels_slug_form CHECK (slug ~ '^[a-z0-9-]{1,63}$'),
    name text NOT NULL,
    kind text NOT NULL CONSTRAINT channels_kind_known CHECK (kind IN ('email', 'webhook')),
    target text NOT NULL,                -- the address or the URL
    alerts text[],                       -- null: all
    secret_key text,                     -- webhooks: which key of the ring encrypted the secret
    secret_box bytea,
    disabled_at timestamptz,             -- switched off by a person, or by the receiver's 410
    disabled_why text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT channels_slug_unique UNIQUE (account_id, slug)
);

CREATE TABLE deliveries (
    id uuid CONSTRAINT deliveries_pk PRIMARY KEY,
    event_id uuid NOT NULL CONSTRAINT deliveries_event REFERENCES events ON DELETE CASCADE,
    sequence bigint NOT NULL,            -- the event's: the order within one incident, subject and channel
    channel_id bigint NOT NULL CONSTRAINT deliveries_channel REFERENCES channels ON DELETE CASCADE,
    account_id bigint NOT NULL,
    alert text NOT NULL,
    incident uuid NOT NULL,
    subject text NOT NULL,
    state text NOT NULL DEFAULT 'pending' CONSTRAINT deliveries_state_known
        CHECK (state IN ('pending', 'sent', 'dead', 'superseded')),
    attempt integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    claimed boolean NOT NULL DEFAULT false,    -- an attempt is under way until next_at
    last_error text,
    sent_at timestamptz,
    sent_with uuid,                      -- the delivery whose mail listed this one
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT deliveries_once UNIQUE (event_id, channel_id)
);
-- Channel first: the notifier goes from channel to channel, so that one with a long backlog does not hide the others.
CREATE INDEX deliveries_due ON deliveries (channel_id, next_at) WHERE state = 'pending';
CREATE INDEX deliveries_thread ON deliveries (channel_id, incident, subject, sequence);
CREATE INDEX deliveries_sent ON deliveries (channel_id, sent_at) WHERE state = 'sent';

-- ---- the bus, the cycle, people ----

CREATE TABLE streams (
    name text CONSTRAINT streams_pk PRIMARY KEY,
    created_at timestamptz NOT NULL,     -- as NATS said when it was last looked at
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE cycles (
    id bigint CONSTRAINT cycles_pk PRIMARY KEY,      -- floor(epoch / interval)
    completed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- So that several workers raise an alert of the control plane once.
CREATE TABLE alarms (
    name text CONSTRAINT alarms_pk PRIMARY KEY,
    raised_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    event_id uuid NOT NULL
);

CREATE TABLE tokens (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT tokens_pk PRIMARY KEY,
    account_id bigint CONSTRAINT tokens_account REFERENCES accounts ON DELETE CASCADE,  -- null: administrator
    slug text NOT NULL CONSTRAINT tokens_slug_form CHECK (slug ~ '^[a-z0-9-]{1,63}$'),
    hash bytea NOT NULL CONSTRAINT tokens_hash_unique UNIQUE,
    read_only boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_used_at timestamptz,
    expires_at timestamptz,
    CONSTRAINT tokens_slug_unique UNIQUE NULLS NOT DISTINCT (account_id, slug)
);

CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT audit_pk PRIMARY KEY,
    account_id bigint CONSTRAINT audit_account REFERENCES accounts ON DELETE SET NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL,                 -- the token's name
    action text NOT NULL,                -- server.add, domain.set ...
    subject text NOT NULL,
    before jsonb,
    after jsonb
);
CREATE INDEX audit_account_at ON audit (account_id, at DESC);

CREATE TABLE idempotency_keys (
    token_id bigint NOT NULL CONSTRAINT idempotency_keys_token REFERENCES tokens ON DELETE CASCADE,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    status integer,                      -- null: the first request is still under way
    body_key text,                       -- the answer, encrypted: it may show a secret that is shown once
    body_box bytea,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT idempotency_keys_pk PRIMARY KEY (token_id, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
