CREATE INDEX calls_astray ON calls (organization_id, (coalesce(answered_at, created_at)))
    WHERE answered_at - created_at NOT BETWEEN 0 AND 300000;

DROP INDEX calls_by_instant;

DROP INDEX calls_seated;

CREATE INDEX calls_going_on ON calls (organization_id, number_id) WHERE ended_at IS NULL;

-- postgres
ALTER TABLE calls DROP CONSTRAINT calls_organization_id_fkey;

-- postgres
ALTER TABLE calls DROP CONSTRAINT calls_number_id_fkey;

-- sqlite
PRAGMA writable_schema = ON;

-- sqlite
UPDATE sqlite_schema
   SET sql = replace(replace(sql, ' REFERENCES organizations (id)', ''),
                     ' REFERENCES telephone_numbers (id)', '')
 WHERE type = 'table' AND name = 'calls';

-- sqlite
PRAGMA writable_schema = RESET;

ALTER TABLE calls ADD COLUMN asked TEXT;

ALTER TABLE calls ADD COLUMN trace TEXT;

ALTER TABLE calls ADD COLUMN revision TEXT;

ALTER TABLE calls ADD COLUMN from_cache SMALLINT CHECK (from_cache IN (0, 1));

ALTER TABLE calls ADD COLUMN target_uri TEXT;

ALTER TABLE calls ADD COLUMN edge_id TEXT;

ALTER TABLE calls ADD COLUMN boot_id TEXT;

-- sqlite
DROP INDEX edge_events_by_age;
