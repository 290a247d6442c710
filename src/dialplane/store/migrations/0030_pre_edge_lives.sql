ALTER TABLE calls ADD COLUMN left_at BIGINT;

ALTER TABLE call_routes ADD COLUMN edge_id TEXT;

ALTER TABLE call_routes ADD COLUMN boot_id TEXT;
