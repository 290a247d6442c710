CREATE TABLE number_counts (
    organization_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    status TEXT NOT NULL,
    total BIGINT NOT NULL,
    PRIMARY KEY (organization_id, provider, status)
);

-- sqlite
CREATE TRIGGER number_counts_added AFTER INSERT ON telephone_numbers
BEGIN
    INSERT INTO number_counts (organization_id, provider, status, total)
    VALUES (NEW.organization_id, NEW.provider, NEW.status, 1)
    ON CONFLICT (organization_id, provider, status) DO UPDATE SET total = total + 1;
END;

-- sqlite
CREATE TRIGGER number_counts_turned AFTER UPDATE OF status ON telephone_numbers
    WHEN OLD.status <> NEW.status
BEGIN
    UPDATE number_counts SET total = total - 1
     WHERE organization_id = OLD.organization_id AND provider = OLD.provider
       AND status = OLD.status;
    INSERT INTO number_counts (organization_id, provider, status, total)
    VALUES (NEW.organization_id, NEW.provider, NEW.status, 1)
    ON CONFLICT (organization_id, provider, status) DO UPDATE SET total = total + 1;
END;

-- sqlite
CREATE TRIGGER number_counts_removed AFTER DELETE ON telephone_numbers
BEGIN
    UPDATE number_counts SET total = total - 1
     WHERE organization_id = OLD.organization_id AND provider = OLD.provider
       AND status = OLD.status;
END;

-- postgres
CREATE OR REPLACE FUNCTION number_counts_added() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    INSERT INTO number_counts (organization_id, provider, status, total)
    SELECT organization_id, provider, status, count(*) FROM added
     GROUP BY organization_id, provider, status
     ORDER BY organization_id, provider, status
    ON CONFLICT (organization_id, provider, status)
    DO UPDATE SET total = number_counts.total + excluded.total;
    RETURN NULL;
END';

-- postgres
CREATE OR REPLACE TRIGGER number_counts_added AFTER INSERT ON telephone_numbers
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION number_counts_added();

-- postgres
CREATE OR REPLACE FUNCTION number_counts_turned() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    INSERT INTO number_counts (organization_id, provider, status, total)
    SELECT turned.organization_id, turned.provider, turned.status, turned.step
      FROM (VALUES (OLD.organization_id, OLD.provider, OLD.status, -1),
                   (NEW.organization_id, NEW.provider, NEW.status, 1))
           AS turned (organization_id, provider, status, step)
     ORDER BY turned.organization_id, turned.provider, turned.status
    ON CONFLICT (organization_id, provider, status)
    DO UPDATE SET total = number_counts.total + excluded.total;
    RETURN NULL;
END';

-- postgres
CREATE OR REPLACE TRIGGER number_counts_turned AFTER UPDATE OF status ON telephone_numbers
    FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION number_counts_turned();

-- postgres
CREATE OR REPLACE FUNCTION number_counts_removed() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    UPDATE number_counts SET total = number_counts.total - gone.total
      FROM (SELECT organization_id, provider, status, count(*) AS total FROM removed
             GROUP BY organization_id, provider, status) AS gone
     WHERE number_counts.organization_id = gone.organization_id
       AND number_counts.provider = gone.provider AND number_counts.status = gone.status;
    RETURN NULL;
END';

-- postgres
CREATE OR REPLACE TRIGGER number_counts_removed AFTER DELETE ON telephone_numbers
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION number_counts_removed();

INSERT INTO number_counts (organization_id, provider, status, total)
SELECT organization_id, provider, status, count(*) FROM telephone_numbers
 GROUP BY organization_id, provider, status;

CREATE INDEX telephone_numbers_by_kind
    ON telephone_numbers (organization_id, provider, status, created_at, id);

CREATE INDEX telephone_numbers_starting_by_organization
    ON telephone_numbers (organization_id, start_at, provider) WHERE status = 'scheduled';

CREATE INDEX telephone_numbers_ending_by_organization
    ON telephone_numbers (organization_id, end_at, provider) WHERE status = 'cancel_requested';
