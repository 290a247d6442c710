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
