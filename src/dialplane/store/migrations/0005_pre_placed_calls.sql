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
