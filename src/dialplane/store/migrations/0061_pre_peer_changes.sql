ALTER TABLE peer_states ADD COLUMN heard_at BIGINT NOT NULL DEFAULT 0;

UPDATE peer_states SET heard_at = since;

CREATE TABLE peer_changes (
    uri TEXT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT,
    down SMALLINT NOT NULL CHECK (down IN (0, 1)),
    sip_code BIGINT,
    PRIMARY KEY (uri, since),
    CHECK (until >= since)
);

CREATE UNIQUE INDEX peer_changes_in_force ON peer_changes (uri) WHERE until IS NULL;

CREATE INDEX peer_changes_by_end ON peer_changes (until) WHERE until IS NOT NULL;

INSERT INTO peer_changes (uri, since, until, down, sip_code)
SELECT uri, since, NULL, down, sip_code FROM peer_states;
