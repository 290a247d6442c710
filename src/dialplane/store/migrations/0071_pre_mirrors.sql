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
