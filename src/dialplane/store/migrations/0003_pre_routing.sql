CREATE INDEX telephone_numbers_by_canonical ON telephone_numbers (realm, canonical, created_at);

CREATE INDEX telephone_numbers_by_address ON telephone_numbers (address_uri)
    WHERE address_uri IS NOT NULL;

CREATE TABLE runtimes (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    is_default SMALLINT NOT NULL CHECK (is_default IN (0, 1)),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);

CREATE UNIQUE INDEX runtimes_organization_id_key ON runtimes (organization_id)
    WHERE is_default = 1;

CREATE INDEX runtimes_by_organization ON runtimes (organization_id, created_at, id);

CREATE TABLE runtime_targets (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    runtime_id TEXT NOT NULL REFERENCES runtimes (id) ON DELETE CASCADE,
    place BIGINT NOT NULL,
    address TEXT NOT NULL,
    uri TEXT NOT NULL,
    priority BIGINT NOT NULL,
    weight BIGINT NOT NULL
);

CREATE INDEX runtime_targets_by_runtime ON runtime_targets (runtime_id, place);

CREATE INDEX runtime_targets_by_uri ON runtime_targets (uri);

CREATE TABLE agent_runtimes (
    agent_id TEXT PRIMARY KEY REFERENCES agents (id) ON DELETE CASCADE,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    runtime_id TEXT NOT NULL REFERENCES runtimes (id)
);

CREATE INDEX agent_runtimes_by_runtime ON agent_runtimes (runtime_id);

CREATE TABLE carriers (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    uri TEXT NOT NULL,
    priority BIGINT NOT NULL,
    weight BIGINT NOT NULL,
    auth_username TEXT,
    sealed_password TEXT,
    created_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX carriers_name_key ON carriers (name);

CREATE INDEX carriers_by_uri ON carriers (uri);

CREATE TABLE carrier_networks (
    carrier_id TEXT NOT NULL REFERENCES carriers (id) ON DELETE CASCADE,
    network TEXT NOT NULL,
    PRIMARY KEY (carrier_id, network)
);

CREATE INDEX carrier_networks_by_network ON carrier_networks (network);

CREATE TABLE number_routing (
    number_id TEXT PRIMARY KEY REFERENCES telephone_numbers (id),
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    inbound_auth TEXT NOT NULL CHECK (inbound_auth IN ('source', 'source_and_digest')),
    inbound_split TEXT NOT NULL,
    outbound_split TEXT NOT NULL,
    fallbacks TEXT NOT NULL,
    concurrent_calls BIGINT CHECK (concurrent_calls >= 0),
    calls_per_second BIGINT CHECK (calls_per_second >= 0),
    updated_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);

CREATE TABLE allowed_sources (
    number_id TEXT NOT NULL REFERENCES telephone_numbers (id),
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    network TEXT NOT NULL,
    PRIMARY KEY (number_id, network)
);

CREATE INDEX allowed_sources_by_network ON allowed_sources (network);

CREATE TABLE organization_limits (
    organization_id TEXT PRIMARY KEY REFERENCES organizations (id),
    concurrent_calls BIGINT CHECK (concurrent_calls >= 0),
    calls_per_second BIGINT CHECK (calls_per_second >= 0)
);

CREATE TABLE presentation_numbers (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    canonical TEXT NOT NULL,
    approved_at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, canonical)
);

CREATE TABLE peer_addresses (
    uri TEXT NOT NULL,
    ip TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (uri, ip)
);

CREATE INDEX peer_addresses_by_ip ON peer_addresses (ip);

CREATE TABLE peer_states (
    uri TEXT PRIMARY KEY,
    down SMALLINT NOT NULL CHECK (down IN (0, 1)),
    since BIGINT NOT NULL,
    sip_code BIGINT
);

CREATE TABLE peer_realms (
    peer_id TEXT PRIMARY KEY,
    realm TEXT NOT NULL
);

CREATE TABLE calls (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    number_id TEXT REFERENCES telephone_numbers (id),
    direction TEXT NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    call_type TEXT NOT NULL CHECK (call_type IN ('web', 'phone', 'inbound', 'outbound', 'api')),
    from_number TEXT,
    to_number TEXT,
    presentation_number TEXT,
    agent_id TEXT,
    agent_selector TEXT,
    agent_version TEXT,
    variant_label TEXT,
    metadata TEXT NOT NULL,
    dynamic_variables TEXT NOT NULL,
    opt_out_sensitive_data_storage SMALLINT NOT NULL CHECK (
        opt_out_sensitive_data_storage IN (0, 1)
    ),
    created_at BIGINT NOT NULL,
    cancel_requested_at BIGINT,
    started_at BIGINT,
    answered_at BIGINT,
    ended_at BIGINT,
    ending_kind BIGINT,
    ending_reason TEXT,
    hung_up_by TEXT,
    sip_code BIGINT,
    status TEXT NOT NULL CHECK (
        status IN ('queued', 'ongoing', 'ended', 'error', 'canceled', 'not_connected')
    ),
    disconnection_reason TEXT,
    seat_until BIGINT,
    CHECK ((ended_at IS NULL) = (ending_kind IS NULL)),
    CHECK ((agent_id IS NULL) = (agent_selector IS NULL))
);

CREATE INDEX calls_by_organization ON calls (organization_id, created_at, id);

CREATE INDEX calls_by_number ON calls (number_id, created_at);

CREATE INDEX calls_seated ON calls (organization_id, number_id, seat_until)
    WHERE seat_until IS NOT NULL;

CREATE INDEX calls_lapsing ON calls (seat_until) WHERE seat_until IS NOT NULL;

CREATE TABLE call_routes (
    call_id TEXT PRIMARY KEY REFERENCES calls (id) ON DELETE CASCADE,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    asked TEXT NOT NULL,
    trace TEXT NOT NULL,
    revision TEXT NOT NULL,
    from_cache SMALLINT NOT NULL CHECK (from_cache IN (0, 1)),
    target_uri TEXT
);

CREATE TABLE refusals (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    number_id TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('inbound', 'outbound')),
    reason TEXT NOT NULL,
    source TEXT NOT NULL,
    times BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    call_id TEXT NOT NULL,
    revision TEXT NOT NULL,
    asked TEXT NOT NULL,
    trace TEXT NOT NULL,
    near_misses TEXT NOT NULL
);

CREATE INDEX refusals_by_number ON refusals (organization_id, number_id, last_at);

CREATE TABLE edge_events (
    id TEXT PRIMARY KEY,
    received_at BIGINT NOT NULL
);

CREATE INDEX edge_events_by_age ON edge_events (received_at);
