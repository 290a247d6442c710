CREATE TABLE call_counts (
    organization_id TEXT NOT NULL,
    status TEXT NOT NULL,
    shard BIGINT NOT NULL,
    total BIGINT NOT NULL,
    PRIMARY KEY (organization_id, status, shard)
);

-- sqlite
CREATE TRIGGER call_counts_added AFTER INSERT ON calls
BEGIN
    INSERT INTO call_counts (organization_id, status, shard, total)
    VALUES (NEW.organization_id, NEW.status, 0, 1)
    ON CONFLICT (organization_id, status, shard) DO UPDATE SET total = total + 1;
END;

-- sqlite
CREATE TRIGGER call_counts_turned AFTER UPDATE OF status ON calls
    WHEN OLD.status <> NEW.status
BEGIN
    UPDATE call_counts SET total = total - 1
     WHERE organization_id = OLD.organization_id AND status = OLD.status AND shard = 0;
    INSERT INTO call_counts (organization_id, status, shard, total)
    VALUES (NEW.organization_id, NEW.status, 0, 1)
    ON CONFLICT (organization_id, status, shard) DO UPDATE SET total = total + 1;
END;

-- sqlite
CREATE TRIGGER call_counts_removed AFTER DELETE ON calls
BEGIN
    UPDATE call_counts SET total = total - 1
     WHERE organization_id = OLD.organization_id AND status = OLD.status AND shard = 0;
END;

-- postgres
CREATE OR REPLACE FUNCTION call_counts_added() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    INSERT INTO call_counts (organization_id, status, shard, total)
    SELECT organization_id, status, pg_backend_pid() % 32, count(*) FROM added
     GROUP BY organization_id, status ORDER BY organization_id, status
    ON CONFLICT (organization_id, status, shard)
    DO UPDATE SET total = call_counts.total + excluded.total;
    RETURN NULL;
END';

-- postgres
CREATE OR REPLACE TRIGGER call_counts_added AFTER INSERT ON calls
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION call_counts_added();

-- postgres
CREATE OR REPLACE FUNCTION call_counts_turned() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    INSERT INTO call_counts (organization_id, status, shard, total)
    SELECT turned.organization_id, turned.status, pg_backend_pid() % 32, turned.step
      FROM (VALUES (OLD.organization_id, OLD.status, -1), (NEW.organization_id, NEW.status, 1))
           AS turned (organization_id, status, step)
     ORDER BY turned.organization_id, turned.status
    ON CONFLICT (organization_id, status, shard)
    DO UPDATE SET total = call_counts.total + excluded.total;
    RETURN NULL;
END';

-- postgres
CREATE OR REPLACE TRIGGER call_counts_turned AFTER UPDATE OF status ON calls
    FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION call_counts_turned();

-- postgres
CREATE OR REPLACE FUNCTION call_counts_removed() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    INSERT INTO call_counts (organization_id, status, shard, total)
    SELECT organization_id, status, pg_backend_pid() % 32, -count(*) FROM removed
     GROUP BY organization_id, status ORDER BY organization_id, status
    ON CONFLICT (organization_id, status, shard)
    DO UPDATE SET total = call_counts.total + excluded.total;
    RETURN NULL;
END';

-- postgres
CREATE OR REPLACE TRIGGER call_counts_removed AFTER DELETE ON calls
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION call_counts_removed();

INSERT INTO call_counts (organization_id, status, shard, total)
SELECT organization_id, status, 0, count(*) FROM calls GROUP BY organization_id, status;
