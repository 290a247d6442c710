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
