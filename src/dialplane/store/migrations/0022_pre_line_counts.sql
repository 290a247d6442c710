CREATE TABLE line_counts (
    realm TEXT NOT NULL,
    line_type TEXT NOT NULL,
    shard BIGINT NOT NULL,
    total BIGINT NOT NULL,
    PRIMARY KEY (realm, line_type, shard)
);

-- sqlite
CREATE TRIGGER line_counts_added AFTER INSERT ON lines
    WHEN NEW.status = 'in_stock' AND NEW.available_from IS NOT NULL
BEGIN
    INSERT INTO line_counts (realm, line_type, shard, total)
    VALUES (NEW.realm, NEW.line_type, 0, 1)
    ON CONFLICT (realm, line_type, shard) DO UPDATE SET total = total + 1;
END;

-- sqlite
CREATE TRIGGER line_counts_left AFTER UPDATE OF status, available_from, line_type ON lines
    WHEN OLD.status = 'in_stock' AND OLD.available_from IS NOT NULL
BEGIN
    UPDATE line_counts SET total = total - 1
     WHERE realm = OLD.realm AND line_type = OLD.line_type AND shard = 0;
END;

-- sqlite
CREATE TRIGGER line_counts_came AFTER UPDATE OF status, available_from, line_type ON lines
    WHEN NEW.status = 'in_stock' AND NEW.available_from IS NOT NULL
BEGIN
    INSERT INTO line_counts (realm, line_type, shard, total)
    VALUES (NEW.realm, NEW.line_type, 0, 1)
    ON CONFLICT (realm, line_type, shard) DO UPDATE SET total = total + 1;
END;

-- sqlite
CREATE TRIGGER line_counts_removed AFTER DELETE ON lines
    WHEN OLD.status = 'in_stock' AND OLD.available_from IS NOT NULL
BEGIN
    UPDATE line_counts SET total = total - 1
     WHERE realm = OLD.realm AND line_type = OLD.line_type AND shard = 0;
END;

-- postgres
CREATE OR REPLACE FUNCTION line_counts_added() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    INSERT INTO line_counts (realm, line_type, shard, total)
    SELECT realm, line_type, pg_backend_pid() % 32, count(*) FROM added
     WHERE status = ''in_stock'' AND available_from IS NOT NULL
     GROUP BY realm, line_type ORDER BY realm, line_type
    ON CONFLICT (realm, line_type, shard)
    DO UPDATE SET total = line_counts.total + excluded.total;
    RETURN NULL;
END';

-- postgres
CREATE OR REPLACE TRIGGER line_counts_added AFTER INSERT ON lines
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION line_counts_added();

-- postgres
CREATE OR REPLACE FUNCTION line_counts_turned() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    INSERT INTO line_counts (realm, line_type, shard, total)
    SELECT realm, line_type, pg_backend_pid() % 32, sum(step)
      FROM (SELECT realm, line_type, -1 AS step FROM was
             WHERE status = ''in_stock'' AND available_from IS NOT NULL
            UNION ALL
            SELECT realm, line_type, 1 AS step FROM became
             WHERE status = ''in_stock'' AND available_from IS NOT NULL) AS turned
     GROUP BY realm, line_type HAVING sum(step) <> 0 ORDER BY realm, line_type
    ON CONFLICT (realm, line_type, shard)
    DO UPDATE SET total = line_counts.total + excluded.total;
    RETURN NULL;
END';

-- postgres
CREATE OR REPLACE TRIGGER line_counts_turned AFTER UPDATE ON lines
    REFERENCING OLD TABLE AS was NEW TABLE AS became
    FOR EACH STATEMENT EXECUTE FUNCTION line_counts_turned();

-- postgres
CREATE OR REPLACE FUNCTION line_counts_removed() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    INSERT INTO line_counts (realm, line_type, shard, total)
    SELECT realm, line_type, pg_backend_pid() % 32, -count(*) FROM removed
     WHERE status = ''in_stock'' AND available_from IS NOT NULL
     GROUP BY realm, line_type ORDER BY realm, line_type
    ON CONFLICT (realm, line_type, shard)
    DO UPDATE SET total = line_counts.total + excluded.total;
    RETURN NULL;
END';

-- postgres
CREATE OR REPLACE TRIGGER line_counts_removed AFTER DELETE ON lines
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION line_counts_removed();

INSERT INTO line_counts (realm, line_type, shard, total)
SELECT realm, line_type, 0, count(*) FROM lines
 WHERE status = 'in_stock' AND available_from IS NOT NULL
 GROUP BY realm, line_type;

DROP INDEX lines_by_fee;

CREATE INDEX lines_for_sale_by_number ON lines (realm, line_type, number, id)
    WHERE status = 'in_stock';

CREATE INDEX lines_for_sale_by_fee ON lines (realm, line_type, monthly_fee, id)
    WHERE status = 'in_stock';

CREATE INDEX lines_coming ON lines (realm, available_from, line_type)
    WHERE status = 'in_stock';

CREATE INDEX lines_returning ON lines (realm, available_from, line_type)
    WHERE status <> 'in_stock' AND available_from IS NOT NULL;
