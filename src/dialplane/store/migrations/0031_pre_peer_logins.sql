CREATE TABLE peer_logins (
    peer_id TEXT PRIMARY KEY,
    refused_at BIGINT NOT NULL
);
