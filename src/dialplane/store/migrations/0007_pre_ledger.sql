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
