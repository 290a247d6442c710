CREATE TABLE call_labels (
    call_id TEXT NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    kind TEXT NOT NULL CHECK (kind IN ('metadata', 'dynamic_variables')),
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (call_id, kind, name)
);

CREATE INDEX call_labels_by_value ON call_labels (organization_id, kind, name, value);
