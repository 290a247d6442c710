-- sqlite
DROP TRIGGER call_counts_added;

-- sqlite
DROP TRIGGER call_counts_turned;

-- sqlite
DROP TRIGGER call_counts_removed;

-- sqlite
ALTER TABLE call_counts RENAME TO call_counts_with_rowid;

-- sqlite
CREATE TABLE call_counts (
    organization_id TEXT NOT NULL,
    status TEXT NOT NULL,
    shard BIGINT NOT NULL,
    total BIGINT NOT NULL,
    PRIMARY KEY (organization_id, status, shard)
) WITHOUT ROWID;

-- sqlite
INSERT INTO call_counts SELECT * FROM call_counts_with_rowid;

-- sqlite
DROP TABLE call_counts_with_rowid;

-- postgres
DROP TRIGGER call_counts_added ON calls;

-- postgres
DROP TRIGGER call_counts_turned ON calls;

-- postgres
DROP TRIGGER call_counts_removed ON calls;

-- postgres
DROP FUNCTION call_counts_added();

-- postgres
DROP FUNCTION call_counts_turned();

-- postgres
DROP FUNCTION call_counts_removed();

DELETE FROM call_counts WHERE status IN ('queued', 'ongoing');

-- sqlite
CREATE TRIGGER call_counts_added AFTER INSERT ON calls
    WHEN NEW.status NOT IN ('queued', 'ongoing')
BEGIN
    INSERT INTO call_counts (organization_id, status, shard, total)
    VALUES (NEW.organization_id, NEW.status, 0, 1)
    ON CONFLICT (organization_id, status, shard) DO UPDATE SET total = total + 1;
END;

-- sqlite
CREATE TRIGGER call_counts_left AFTER UPDATE OF status ON calls
    WHEN OLD.status <> NEW.status AND OLD.status NOT IN ('queued', 'ongoing')
BEGIN
    UPDATE call_counts SET total = total - 1
     WHERE organization_id = OLD.organization_id AND status = OLD.status AND shard = 0;
END;

-- sqlite
CREATE TRIGGER call_counts_came AFTER UPDATE OF status ON calls
    WHEN OLD.status <> NEW.status AND NEW.status NOT IN ('queued', 'ongoing')
BEGIN
    INSERT INTO call_counts (organization_id, status, shard, total)
    VALUES (NEW.organization_id, NEW.status, 0, 1)
    ON CONFLICT (organization_id, status, shard) DO UPDATE SET total = total + 1;
END;

-- sqlite
CREATE TRIGGER call_counts_removed AFTER DELETE ON calls
    WHEN OLD.status NOT IN ('queued', 'ongoing')
BEGIN
    UPDATE call_counts SET total = total - 1
     WHERE organization_id = OLD.organization_id AND status = OLD.status AND shard = 0;
END;

-- postgres
CREATE OR REPLACE FUNCTION call_counts_came() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    INSERT INTO call_counts (organization_id, status, shard, total)
    VALUES (NEW.organization_id, NEW.status, pg_backend_pid() % 32, 1)
    ON CONFLICT (organization_id, status, shard)
    DO UPDATE SET total = call_counts.total + 1;
    RETURN NULL;
END';

-- postgres
CREATE OR REPLACE FUNCTION call_counts_left() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    INSERT INTO call_counts (organization_id, status, shard, total)
    VALUES (OLD.organization_id, OLD.status, pg_backend_pid() % 32, -1)
    ON CONFLICT (organization_id, status, shard)
    DO UPDATE SET total = call_counts.total - 1;
    RETURN NULL;
END';

-- postgres
CREATE OR REPLACE TRIGGER call_counts_added AFTER INSERT ON calls
    FOR EACH ROW WHEN (NEW.status NOT IN ('queued', 'ongoing'))
    EXECUTE FUNCTION call_counts_came();

-- postgres
CREATE OR REPLACE TRIGGER call_counts_came AFTER UPDATE OF status ON calls
    FOR EACH ROW WHEN (OLD.status <> NEW.status AND NEW.status NOT IN ('queued', 'ongoing'))
    EXECUTE FUNCTION call_counts_came();

-- postgres
CREATE OR REPLACE TRIGGER call_counts_left AFTER UPDATE OF status ON calls
    FOR EACH ROW WHEN (OLD.status <> NEW.status AND OLD.status NOT IN ('queued', 'ongoing'))
    EXECUTE FUNCTION call_counts_left();

-- postgres
CREATE OR REPLACE TRIGGER call_counts_removed AFTER DELETE ON calls
    FOR EACH ROW WHEN (OLD.status NOT IN ('queued', 'ongoing'))
    EXECUTE FUNCTION call_counts_left();
