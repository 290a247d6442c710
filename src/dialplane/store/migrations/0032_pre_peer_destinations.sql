CREATE TABLE peer_destinations (
    uri TEXT NOT NULL,
    ip TEXT NOT NULL,
    port BIGINT NOT NULL,
    transport TEXT NOT NULL CHECK (transport IN ('udp', 'tcp', 'tls')),
    priority BIGINT NOT NULL,
    weight BIGINT NOT NULL,
    PRIMARY KEY (uri, ip, port, transport)
);
