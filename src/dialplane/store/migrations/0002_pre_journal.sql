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
