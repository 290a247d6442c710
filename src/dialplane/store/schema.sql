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

CREATE TABLE line_counts (
    realm TEXT NOT NULL,
    line_type TEXT NOT NULL,
    shard BIGINT NOT NULL,
    total BIGINT NOT NULL,
    PRIMARY KEY (realm, line_type, shard)
);

CREATE TABLE suppliers (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    sealed_token TEXT NOT NULL,
    currency TEXT NOT NULL,
    won_per_unit TEXT NOT NULL,
    margin_percent BIGINT NOT NULL CHECK (margin_percent >= 0),
    round_to BIGINT NOT NULL CHECK (round_to > 0),
    created_at BIGINT NOT NULL,
    removed_at BIGINT
);

CREATE UNIQUE INDEX suppliers_name_key ON suppliers (name) WHERE removed_at IS NULL;

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
    created_at BIGINT NOT NULL,
    supplier_id TEXT REFERENCES suppliers (id),
    offered_at BIGINT,
    withdrawn_at BIGINT
);

CREATE UNIQUE INDEX lines_realm_number_key ON lines (realm, number);

CREATE INDEX lines_for_sale_by_number ON lines (realm, line_type, number, id)
    WHERE status = 'in_stock';

CREATE INDEX lines_for_sale_by_fee ON lines (realm, line_type, monthly_fee, id)
    WHERE status = 'in_stock';

CREATE INDEX lines_coming ON lines (realm, available_from, line_type)
    WHERE status = 'in_stock';

CREATE INDEX lines_returning ON lines (realm, available_from, line_type)
    WHERE status <> 'in_stock' AND available_from IS NOT NULL;

CREATE INDEX lines_quarantined ON lines (available_from) WHERE status = 'quarantined';

-- sqlite
CREATE TRIGGER line_counts_added AFTER INSERT ON lines
    WHEN NEW.status = 'in_stock' AND NEW.available_from IS NOT NULL
BEGIN
    INSERT INTO line_counts (realm, line_type, shard, total)
    VALUES (NEW.realm, NEW.line_type, 0, 1)
    ON CONFLICT (realm, line_type, shard) DO UPDATE SET total = total + 1;
END;

-- sqlite
CREATE TRIGGER line_counts_left AFTER UPDATE OF status, available_from, line_type ON lines
    WHEN OLD.status = 'in_stock' AND OLD.available_from IS NOT NULL
BEGIN
    UPDATE line_counts SET total = total - 1
     WHERE realm = OLD.realm AND line_type = OLD.line_type AND shard = 0;
END;

-- sqlite
CREATE TRIGGER line_counts_came AFTER UPDATE OF status, available_from, line_type ON lines
    WHEN NEW.status = 'in_stock' AND NEW.available_from IS NOT NULL
BEGIN
    INSERT INTO line_counts (realm, line_type, shard, total)
    VALUES (NEW.realm, NEW.line_type, 0, 1)
    ON CONFLICT (realm, line_type, shard) DO UPDATE SET total = total + 1;
END;

-- sqlite
CREATE TRIGGER line_counts_removed AFTER DELETE ON lines
    WHEN OLD.status = 'in_stock' AND OLD.available_from IS NOT NULL
BEGIN
    UPDATE line_counts SET total = total - 1
     WHERE realm = OLD.realm AND line_type = OLD.line_type AND shard = 0;
END;

-- postgres
CREATE OR REPLACE FUNCTION line_counts_added() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    INSERT INTO line_counts (realm, line_type, shard, total)
    SELECT realm, line_type, pg_backend_pid() % 32, count(*) FROM added
     WHERE status = ''in_stock'' AND available_from IS NOT NULL
     GROUP BY realm, line_type ORDER BY realm, line_type
    ON CONFLICT (realm, line_type, shard)
    DO UPDATE SET total = line_counts.total + excluded.total;
    RETURN NULL;
END';

-- postgres
CREATE OR REPLACE TRIGGER line_counts_added AFTER INSERT ON lines
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION line_counts_added();

-- postgres
CREATE OR REPLACE FUNCTION line_counts_turned() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    INSERT INTO line_counts (realm, line_type, shard, total)
    SELECT realm, line_type, pg_backend_pid() % 32, sum(step)
      FROM (SELECT realm, line_type, -1 AS step FROM was
             WHERE status = ''in_stock'' AND available_from IS NOT NULL
            UNION ALL
            SELECT realm, line_type, 1 AS step FROM became
             WHERE status = ''in_stock'' AND available_from IS NOT NULL) AS turned
     GROUP BY realm, line_type HAVING sum(step) <> 0 ORDER BY realm, line_type
    ON CONFLICT (realm, line_type, shard)
    DO UPDATE SET total = line_counts.total + excluded.total;
    RETURN NULL;
END';

-- postgres
CREATE OR REPLACE TRIGGER line_counts_turned AFTER UPDATE ON lines
    REFERENCING OLD TABLE AS was NEW TABLE AS became
    FOR EACH STATEMENT EXECUTE FUNCTION line_counts_turned();

-- postgres
CREATE OR REPLACE FUNCTION line_counts_removed() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    INSERT INTO line_counts (realm, line_type, shard, total)
    SELECT realm, line_type, pg_backend_pid() % 32, -count(*) FROM removed
     WHERE status = ''in_stock'' AND available_from IS NOT NULL
     GROUP BY realm, line_type ORDER BY realm, line_type
    ON CONFLICT (realm, line_type, shard)
    DO UPDATE SET total = line_counts.total + excluded.total;
    RETURN NULL;
END';

-- postgres
CREATE OR REPLACE TRIGGER line_counts_removed AFTER DELETE ON lines
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION line_counts_removed();

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

CREATE TABLE number_counts (
    organization_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    status TEXT NOT NULL,
    total BIGINT NOT NULL,
    PRIMARY KEY (organization_id, provider, status)
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

CREATE INDEX telephone_numbers_by_kind
    ON telephone_numbers (organization_id, provider, status, created_at, id);

CREATE INDEX telephone_numbers_starting ON telephone_numbers (start_at)
    WHERE status = 'scheduled';

CREATE INDEX telephone_numbers_ending ON telephone_numbers (end_at)
    WHERE status = 'cancel_requested';

CREATE INDEX telephone_numbers_starting_by_organization
    ON telephone_numbers (organization_id, start_at, provider) WHERE status = 'scheduled';

CREATE INDEX telephone_numbers_ending_by_organization
    ON telephone_numbers (organization_id, end_at, provider) WHERE status = 'cancel_requested';

CREATE INDEX telephone_numbers_by_inbound_agent
    ON telephone_numbers (inbound_agent_id) WHERE inbound_agent_id IS NOT NULL;

CREATE INDEX telephone_numbers_by_outbound_agent
    ON telephone_numbers (outbound_agent_id) WHERE outbound_agent_id IS NOT NULL;

CREATE INDEX telephone_numbers_by_sms_agent
    ON telephone_numbers (sms_agent_id) WHERE sms_agent_id IS NOT NULL;

-- sqlite
CREATE TRIGGER number_counts_added AFTER INSERT ON telephone_numbers
BEGIN
    INSERT INTO number_counts (organization_id, provider, status, total)
    VALUES (NEW.organization_id, NEW.provider, NEW.status, 1)
    ON CONFLICT (organization_id, provider, status) DO UPDATE SET total = total + 1;
END;

-- sqlite
CREATE TRIGGER number_counts_turned AFTER UPDATE OF status ON telephone_numbers
    WHEN OLD.status <> NEW.status
BEGIN
    UPDATE number_counts SET total = total - 1
     WHERE organization_id = OLD.organization_id AND provider = OLD.provider
       AND status = OLD.status;
    INSERT INTO number_counts (organization_id, provider, status, total)
    VALUES (NEW.organization_id, NEW.provider, NEW.status, 1)
    ON CONFLICT (organization_id, provider, status) DO UPDATE SET total = total + 1;
END;

-- sqlite
CREATE TRIGGER number_counts_removed AFTER DELETE ON telephone_numbers
BEGIN
    UPDATE number_counts SET total = total - 1
     WHERE organization_id = OLD.organization_id AND provider = OLD.provider
       AND status = OLD.status;
END;

-- postgres
CREATE OR REPLACE FUNCTION number_counts_added() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    INSERT INTO number_counts (organization_id, provider, status, total)
    SELECT organization_id, provider, status, count(*) FROM added
     GROUP BY organization_id, provider, status
     ORDER BY organization_id, provider, status
    ON CONFLICT (organization_id, provider, status)
    DO UPDATE SET total = number_counts.total + excluded.total;
    RETURN NULL;
END';

-- postgres
CREATE OR REPLACE TRIGGER number_counts_added AFTER INSERT ON telephone_numbers
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION number_counts_added();

-- postgres
CREATE OR REPLACE FUNCTION number_counts_turned() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    INSERT INTO number_counts (organization_id, provider, status, total)
    SELECT turned.organization_id, turned.provider, turned.status, turned.step
      FROM (VALUES (OLD.organization_id, OLD.provider, OLD.status, -1),
                   (NEW.organization_id, NEW.provider, NEW.status, 1))
           AS turned (organization_id, provider, status, step)
     ORDER BY turned.organization_id, turned.provider, turned.status
    ON CONFLICT (organization_id, provider, status)
    DO UPDATE SET total = number_counts.total + excluded.total;
    RETURN NULL;
END';

-- postgres
CREATE OR REPLACE TRIGGER number_counts_turned AFTER UPDATE OF status ON telephone_numbers
    FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION number_counts_turned();

-- postgres
CREATE OR REPLACE FUNCTION number_counts_removed() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    UPDATE number_counts SET total = number_counts.total - gone.total
      FROM (SELECT organization_id, provider, status, count(*) AS total FROM removed
             GROUP BY organization_id, provider, status) AS gone
     WHERE number_counts.organization_id = gone.organization_id
       AND number_counts.provider = gone.provider AND number_counts.status = gone.status;
    RETURN NULL;
END';

-- postgres
CREATE OR REPLACE TRIGGER number_counts_removed AFTER DELETE ON telephone_numbers
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION number_counts_removed();

CREATE TABLE purchases (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    realm TEXT NOT NULL,
    supplier_id TEXT NOT NULL REFERENCES suppliers (id),
    line_id TEXT NOT NULL REFERENCES lines (id),
    number TEXT NOT NULL,
    monthly_fee BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (
        state IN ('buying', 'held', 'refused', 'returning', 'returned')
    ),
    memo TEXT,
    start_at BIGINT,
    key_id TEXT NOT NULL,
    request_id TEXT,
    idempotency_key TEXT,
    fingerprint TEXT,
    number_id TEXT REFERENCES telephone_numbers (id),
    handle TEXT,
    problem TEXT,
    fence BIGINT NOT NULL,
    looks BIGINT NOT NULL,
    next_look_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CHECK (state <> 'held' OR number_id IS NOT NULL),
    CHECK (state NOT IN ('buying', 'returning') OR next_look_at IS NOT NULL)
);

CREATE UNIQUE INDEX purchases_number_id_key ON purchases (number_id) WHERE number_id IS NOT NULL;

CREATE UNIQUE INDEX purchases_line_id_key ON purchases (line_id) WHERE state IN ('buying', 'held');

CREATE INDEX purchases_by_organization ON purchases (organization_id, created_at, id);

CREATE INDEX purchases_by_idempotency_key ON purchases (organization_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL;

CREATE INDEX purchases_to_look_at ON purchases (next_look_at) WHERE next_look_at IS NOT NULL;

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

CREATE INDEX telephone_numbers_by_address
    ON telephone_numbers (realm, address_uri, outbound_trunk_id)
    WHERE address_uri IS NOT NULL AND status <> 'expired';

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

CREATE TABLE peer_destinations (
    uri TEXT NOT NULL,
    ip TEXT NOT NULL,
    port BIGINT NOT NULL,
    transport TEXT NOT NULL CHECK (transport IN ('udp', 'tcp', 'tls')),
    priority BIGINT NOT NULL,
    weight BIGINT NOT NULL,
    PRIMARY KEY (uri, ip, port, transport)
);

CREATE TABLE peer_states (
    uri TEXT PRIMARY KEY,
    down SMALLINT NOT NULL CHECK (down IN (0, 1)),
    since BIGINT NOT NULL,
    sip_code BIGINT,
    heard_at BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE peer_changes (
    uri TEXT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT,
    down SMALLINT NOT NULL CHECK (down IN (0, 1)),
    sip_code BIGINT,
    PRIMARY KEY (uri, since),
    CHECK (until >= since)
);

CREATE UNIQUE INDEX peer_changes_in_force ON peer_changes (uri) WHERE until IS NULL;

CREATE INDEX peer_changes_by_end ON peer_changes (until) WHERE until IS NOT NULL;

CREATE TABLE peer_realms (
    peer_id TEXT PRIMARY KEY,
    realm TEXT NOT NULL
);

CREATE TABLE peer_logins (
    peer_id TEXT PRIMARY KEY,
    refused_at BIGINT NOT NULL
);

-- sqlite
CREATE TABLE call_counts (
    organization_id TEXT NOT NULL,
    status TEXT NOT NULL,
    shard BIGINT NOT NULL,
    total BIGINT NOT NULL,
    PRIMARY KEY (organization_id, status, shard)
) WITHOUT ROWID;

-- postgres
CREATE TABLE call_counts (
    organization_id TEXT NOT NULL,
    status TEXT NOT NULL,
    shard BIGINT NOT NULL,
    total BIGINT NOT NULL,
    PRIMARY KEY (organization_id, status, shard)
);

CREATE TABLE calls (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL,
    number_id TEXT,
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
    left_at BIGINT,
    asked TEXT,
    trace TEXT,
    revision TEXT,
    from_cache SMALLINT CHECK (from_cache IN (0, 1)),
    target_uri TEXT,
    edge_id TEXT,
    boot_id TEXT,
    CHECK ((ended_at IS NULL) = (ending_kind IS NULL)),
    CHECK ((agent_id IS NULL) = (agent_selector IS NULL))
);

CREATE INDEX calls_by_organization ON calls (organization_id, created_at, id);

CREATE INDEX calls_by_number ON calls (number_id, created_at);

CREATE INDEX calls_going_on ON calls (organization_id, number_id) WHERE ended_at IS NULL;

CREATE INDEX calls_lapsing ON calls (seat_until) WHERE seat_until IS NOT NULL;

CREATE INDEX calls_astray ON calls (organization_id, (coalesce(answered_at, created_at)))
    WHERE answered_at - created_at NOT BETWEEN 0 AND 300000;

-- sqlite
CREATE TRIGGER call_counts_added AFTER INSERT ON calls
    WHEN NEW.status NOT IN ('queued', 'ongoing')
BEGIN
    INSERT INTO call_counts (organization_id, status, shard, total)
    VALUES (NEW.organization_id, NEW.status, 0, 1)
    ON CONFLICT (organization_id, status, shard) DO UPDATE SET total = total + 1;
END;

-- sqlite
CREATE TRIGGER call_counts_left AFTER UPDATE OF status ON calls
    WHEN OLD.status <> NEW.status AND OLD.status NOT IN ('queued', 'ongoing')
BEGIN
    UPDATE call_counts SET total = total - 1
     WHERE organization_id = OLD.organization_id AND status = OLD.status AND shard = 0;
END;

-- sqlite
CREATE TRIGGER call_counts_came AFTER UPDATE OF status ON calls
    WHEN OLD.status <> NEW.status AND NEW.status NOT IN ('queued', 'ongoing')
BEGIN
    INSERT INTO call_counts (organization_id, status, shard, total)
    VALUES (NEW.organization_id, NEW.status, 0, 1)
    ON CONFLICT (organization_id, status, shard) DO UPDATE SET total = total + 1;
END;

-- sqlite
CREATE TRIGGER call_counts_removed AFTER DELETE ON calls
    WHEN OLD.status NOT IN ('queued', 'ongoing')
BEGIN
    UPDATE call_counts SET total = total - 1
     WHERE organization_id = OLD.organization_id AND status = OLD.status AND shard = 0;
END;

-- postgres
CREATE OR REPLACE FUNCTION call_counts_came() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    INSERT INTO call_counts (organization_id, status, shard, total)
    VALUES (NEW.organization_id, NEW.status, pg_backend_pid() % 32, 1)
    ON CONFLICT (organization_id, status, shard)
    DO UPDATE SET total = call_counts.total + 1;
    RETURN NULL;
END';

-- postgres
CREATE OR REPLACE FUNCTION call_counts_left() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    INSERT INTO call_counts (organization_id, status, shard, total)
    VALUES (OLD.organization_id, OLD.status, pg_backend_pid() % 32, -1)
    ON CONFLICT (organization_id, status, shard)
    DO UPDATE SET total = call_counts.total - 1;
    RETURN NULL;
END';

-- postgres
CREATE OR REPLACE TRIGGER call_counts_added AFTER INSERT ON calls
    FOR EACH ROW WHEN (NEW.status NOT IN ('queued', 'ongoing'))
    EXECUTE FUNCTION call_counts_came();

-- postgres
CREATE OR REPLACE TRIGGER call_counts_came AFTER UPDATE OF status ON calls
    FOR EACH ROW WHEN (OLD.status <> NEW.status AND NEW.status NOT IN ('queued', 'ongoing'))
    EXECUTE FUNCTION call_counts_came();

-- postgres
CREATE OR REPLACE TRIGGER call_counts_left AFTER UPDATE OF status ON calls
    FOR EACH ROW WHEN (OLD.status <> NEW.status AND OLD.status NOT IN ('queued', 'ongoing'))
    EXECUTE FUNCTION call_counts_left();

-- postgres
CREATE OR REPLACE TRIGGER call_counts_removed AFTER DELETE ON calls
    FOR EACH ROW WHEN (OLD.status NOT IN ('queued', 'ongoing'))
    EXECUTE FUNCTION call_counts_left();

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

CREATE INDEX refusals_by_time ON refusals (organization_id, last_at, id);

CREATE TABLE edge_events (
    id TEXT PRIMARY KEY,
    received_at BIGINT NOT NULL
);

-- postgres
CREATE INDEX edge_events_by_age ON edge_events (received_at);
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    kind TEXT NOT NULL CHECK (kind IN ('number_import')),
    status TEXT NOT NULL CHECK (
        status IN ('previewing', 'previewed', 'applying', 'done', 'cancelled', 'failed')
    ),
    failure TEXT,
    encoding TEXT NOT NULL,
    key_id TEXT NOT NULL,
    request_id TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    ended_at BIGINT,
    kept_until BIGINT NOT NULL,
    lease_token TEXT,
    leased_until BIGINT NOT NULL DEFAULT 0,
    CHECK ((status IN ('done', 'cancelled', 'failed')) = (ended_at IS NOT NULL)),
    CHECK ((status = 'failed') = (failure IS NOT NULL))
);

CREATE INDEX jobs_by_organization ON jobs (organization_id, created_at, id);

CREATE INDEX jobs_to_work_on ON jobs (leased_until)
    WHERE status IN ('previewing', 'applying');

CREATE INDEX jobs_by_age ON jobs (kept_until);

CREATE INDEX jobs_unconfirmed ON jobs (updated_at)
    WHERE status = 'previewed';

CREATE TABLE job_rows (
    id TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    row_no BIGINT NOT NULL CHECK (row_no > 0),
    cells TEXT NOT NULL,
    state TEXT NOT NULL CHECK (
        state IN ('waiting', 'ready', 'unchanged', 'refused', 'done', 'conflict', 'skipped')
    ),
    subject TEXT,
    number_id TEXT,
    action TEXT,
    tag TEXT,
    before TEXT,
    changes TEXT,
    replaces_password SMALLINT NOT NULL DEFAULT 0 CHECK (replaces_password IN (0, 1)),
    sealed_password_before TEXT,
    routing TEXT,
    code TEXT,
    problems TEXT,
    settled_at BIGINT,
    sealed_password_cell TEXT
);

CREATE UNIQUE INDEX job_rows_job_id_row_no_key ON job_rows (job_id, row_no);

CREATE INDEX job_rows_by_state ON job_rows (job_id, state, row_no);

CREATE INDEX job_rows_by_subject ON job_rows (job_id, subject) WHERE subject IS NOT NULL;

CREATE TABLE mirrors (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    source TEXT NOT NULL,
    pass BIGINT NOT NULL CHECK (pass > 0),
    began_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (organization_id, source)
);

CREATE TABLE mirrored (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    source TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('agent', 'number')),
    foreign_id TEXT NOT NULL,
    label TEXT NOT NULL,
    pass BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    losses TEXT NOT NULL,
    PRIMARY KEY (organization_id, source, kind, foreign_id)
);

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

CREATE INDEX deliveries_dead ON deliveries (webhook_id) WHERE status = 'dead';
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

-- sqlite
CREATE TRIGGER ledger_is_not_updated BEFORE UPDATE ON ledger
BEGIN
    SELECT RAISE(ABORT, 'entries of the ledger are never changed');
END;

-- sqlite
CREATE TRIGGER ledger_is_not_deleted BEFORE DELETE ON ledger
BEGIN
    SELECT RAISE(ABORT, 'entries of the ledger are never deleted');
END;

-- postgres
CREATE FUNCTION refuse_to_change_entries() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    RAISE EXCEPTION ''entries of the % are never changed or deleted'', TG_TABLE_NAME;
END
';

-- postgres
CREATE OR REPLACE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE ON ledger
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_entries();

-- postgres
CREATE OR REPLACE TRIGGER ledger_is_not_truncated BEFORE TRUNCATE ON ledger
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_entries();

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

CREATE INDEX call_messages_dead ON call_messages (organization_id) WHERE status = 'dead';
