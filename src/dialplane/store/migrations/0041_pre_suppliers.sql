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

ALTER TABLE lines ADD COLUMN supplier_id TEXT REFERENCES suppliers (id);

ALTER TABLE lines ADD COLUMN offered_at BIGINT;

ALTER TABLE lines ADD COLUMN withdrawn_at BIGINT;

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
