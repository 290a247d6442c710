CREATE TABLE organizations (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    realm TEXT NOT NULL,
    sandbox_of TEXT REFERENCES organizations (id),
    clock_offset_ms BIGINT NOT NULL DEFAULT 0 CHECK (clock_offset_ms >= 0),
    created_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX organizations_sandbox_of_key ON organizations (sandbox_of)
    WHERE sandbox_of IS NOT NULL;

CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
    scopes TEXT NOT NULL,
    hash TEXT NOT NULL,
    prefix TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT,
    revoked_at BIGINT
);

CREATE UNIQUE INDEX api_keys_hash_key ON api_keys (hash);

CREATE INDEX api_keys_by_organization ON api_keys (organization_id, created_at, id);

CREATE TABLE lines (
    id TEXT PRIMARY KEY,
    realm TEXT NOT NULL,
    number TEXT NOT NULL,
    line_type TEXT NOT NULL CHECK (
        line_type IN ('mobile', 'landline', 'voip', 'uan', 'personal', 'toll_free')
    ),
    monthly_fee BIGINT NOT NULL CHECK (monthly_fee >= 0),
    sms_send SMALLINT NOT NULL CHECK (sms_send IN (0, 1)),
    sms_recv SMALLINT NOT NULL CHECK (sms_recv IN (0, 1)),
    status TEXT NOT NULL CHECK (status IN ('in_stock', 'held', 'quarantined')),
    available_from BIGINT,
    created_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX lines_realm_number_key ON lines (realm, number);

CREATE INDEX lines_by_fee ON lines (realm, monthly_fee, id);

CREATE INDEX lines_quarantined ON lines (available_from) WHERE status = 'quarantined';

CREATE TABLE agents (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    type TEXT NOT NULL CHECK (type IN ('single_prompt', 'flow')),
    data TEXT NOT NULL,
    flow TEXT,
    flow_data TEXT,
    head_revision BIGINT NOT NULL,
    flow_revision BIGINT NOT NULL,
    production_version BIGINT,
    last_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE INDEX agents_by_organization ON agents (organization_id, created_at, id);

CREATE TABLE agent_versions (
    agent_id TEXT NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    version BIGINT NOT NULL CHECK (version > 0),
    data TEXT NOT NULL,
    flow TEXT,
    flow_data TEXT,
    description TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (agent_id, version)
);

CREATE TABLE telephone_numbers (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    realm TEXT NOT NULL,
    number TEXT NOT NULL,
    canonical TEXT NOT NULL,
    provider TEXT NOT NULL CHECK (provider IN ('vox', 'custom')),
    status TEXT NOT NULL CHECK (
        status IN ('active', 'scheduled', 'cancel_requested', 'expired')
    ),
    line_id TEXT REFERENCES lines (id),
    monthly_fee BIGINT,
    address TEXT,
    address_uri TEXT,
    auth_username TEXT,
    sealed_password TEXT,
    inbound_trunk_id TEXT,
    outbound_trunk_id TEXT,
    inbound_agent_id TEXT,
    inbound_version TEXT,
    outbound_agent_id TEXT,
    outbound_version TEXT,
    sms_agent_id TEXT,
    sms_version TEXT,
    memo TEXT,
    start_at BIGINT NOT NULL,
    end_at BIGINT,
    cancel_requested_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    CHECK ((provider = 'vox') = (line_id IS NOT NULL)),
    CHECK (status <> 'cancel_requested' OR (end_at IS NOT NULL AND cancel_requested_at IS NOT NULL)),
    CHECK ((address IS NULL) = (inbound_trunk_id IS NULL)),
    CHECK ((address IS NULL) = (outbound_trunk_id IS NULL))
);

CREATE UNIQUE INDEX telephone_numbers_realm_canonical_key
    ON telephone_numbers (realm, canonical) WHERE status <> 'expired';

CREATE INDEX telephone_numbers_by_organization
    ON telephone_numbers (organization_id, created_at, id);

CREATE INDEX telephone_numbers_starting ON telephone_numbers (start_at)
    WHERE status = 'scheduled';

CREATE INDEX telephone_numbers_ending ON telephone_numbers (end_at)
    WHERE status = 'cancel_requested';

CREATE INDEX telephone_numbers_by_inbound_agent
    ON telephone_numbers (inbound_agent_id) WHERE inbound_agent_id IS NOT NULL;

CREATE INDEX telephone_numbers_by_outbound_agent
    ON telephone_numbers (outbound_agent_id) WHERE outbound_agent_id IS NOT NULL;

CREATE INDEX telephone_numbers_by_sms_agent
    ON telephone_numbers (sms_agent_id) WHERE sms_agent_id IS NOT NULL;

CREATE TABLE idempotency_claims (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    idempotency_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    token TEXT NOT NULL,
    claimed_at BIGINT NOT NULL,
    sealed_answer TEXT,
    PRIMARY KEY (organization_id, idempotency_key)
);

CREATE INDEX idempotency_claims_by_age ON idempotency_claims (claimed_at);

CREATE TABLE facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
CREATE TABLE journal (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    happening TEXT NOT NULL,
    occurred_at BIGINT NOT NULL,
    actor TEXT NOT NULL CHECK (actor IN ('key', 'operator', 'time')),
    key_id TEXT,
    resource_id TEXT NOT NULL,
    request_id TEXT,
    before TEXT,
    after TEXT,
    position BIGINT NOT NULL,
    hash TEXT NOT NULL
);

CREATE UNIQUE INDEX journal_organization_id_position_key ON journal (organization_id, position);

CREATE INDEX journal_by_resource ON journal (organization_id, resource_id, position);

CREATE TABLE journal_heads (
    organization_id TEXT PRIMARY KEY REFERENCES organizations (id),
    position BIGINT NOT NULL,
    hash TEXT NOT NULL
);
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
CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    url TEXT NOT NULL,
    description TEXT,
    happenings TEXT NOT NULL,
    enabled SMALLINT NOT NULL CHECK (enabled IN (0, 1)),
    position BIGINT NOT NULL,
    sealed_secret TEXT NOT NULL,
    sealed_old_secret TEXT,
    old_secret_until BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);

CREATE INDEX webhooks_by_organization ON webhooks (organization_id, created_at, id);

CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    entry_id TEXT NOT NULL REFERENCES journal (id),
    status TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'dead')),
    attempts BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    next_attempt_at BIGINT,
    last_attempt_at BIGINT,
    last_status_code BIGINT,
    last_error TEXT,
    CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL))
);

CREATE UNIQUE INDEX deliveries_webhook_id_entry_id_key ON deliveries (webhook_id, entry_id);

CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id, created_at, id);

CREATE INDEX deliveries_due ON deliveries (next_attempt_at) WHERE status = 'pending';
CREATE TABLE placed_calls (
    call_id TEXT PRIMARY KEY REFERENCES calls (id) ON DELETE CASCADE,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    queued_at BIGINT NOT NULL,
    dialer_id TEXT,
    dialer_address TEXT,
    lease_until BIGINT,
    CHECK ((dialer_id IS NULL) = (lease_until IS NULL))
);

CREATE INDEX placed_calls_waiting ON placed_calls (queued_at, call_id) WHERE dialer_id IS NULL;

CREATE INDEX placed_calls_claimed ON placed_calls (dialer_id, lease_until)
    WHERE dialer_id IS NOT NULL;
CREATE TABLE call_labels (
    call_id TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    kind TEXT NOT NULL CHECK (kind IN ('metadata', 'dynamic_variables')),
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (call_id, kind, name)
);

CREATE INDEX call_labels_by_value ON call_labels (organization_id, kind, name, value);
CREATE TABLE ledger (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    position BIGINT NOT NULL,
    number_id TEXT NOT NULL REFERENCES telephone_numbers (id),
    number TEXT NOT NULL,
    cause TEXT NOT NULL CHECK (cause IN ('purchase', 'monthly_fee', 'cancellation')),
    amount BIGINT NOT NULL,
    balance BIGINT NOT NULL,
    period_start BIGINT NOT NULL,
    period_end BIGINT NOT NULL,
    entered_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX ledger_organization_id_position_key ON ledger (organization_id, position);

CREATE UNIQUE INDEX ledger_number_id_period_start_key ON ledger (number_id, period_start)
    WHERE cause <> 'cancellation';

CREATE TABLE ledger_heads (
    organization_id TEXT PRIMARY KEY REFERENCES organizations (id),
    position BIGINT NOT NULL,
    balance BIGINT NOT NULL
);

CREATE TABLE paid_periods (
    number_id TEXT PRIMARY KEY REFERENCES telephone_numbers (id),
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    paid_until BIGINT NOT NULL,
    closed SMALLINT NOT NULL CHECK (closed IN (0, 1))
);

CREATE INDEX paid_periods_ending ON paid_periods (paid_until) WHERE closed = 0;
CREATE TABLE call_messages (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    call_id TEXT NOT NULL,
    news TEXT NOT NULL CHECK (news IN ('call_started', 'call_ended', 'call_analyzed')),
    url TEXT NOT NULL,
    body TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'dead')),
    attempts BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    next_attempt_at BIGINT,
    last_attempt_at BIGINT,
    last_status_code BIGINT,
    last_error TEXT,
    CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL))
);

CREATE UNIQUE INDEX call_messages_call_id_news_key ON call_messages (call_id, news);

CREATE INDEX call_messages_due ON call_messages (next_attempt_at) WHERE status = 'pending';
