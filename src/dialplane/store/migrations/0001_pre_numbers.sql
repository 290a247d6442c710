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
