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
    settled_at BIGINT
);

CREATE UNIQUE INDEX job_rows_job_id_row_no_key ON job_rows (job_id, row_no);

CREATE INDEX job_rows_by_state ON job_rows (job_id, state, row_no);

CREATE INDEX job_rows_by_subject ON job_rows (job_id, subject) WHERE subject IS NOT NULL;
