-- sqlite
CREATE TRIGGER ledger_is_not_updated BEFORE UPDATE ON ledger
BEGIN
    SELECT RAISE(ABORT, 'entries of the ledger are never changed');
END;

-- sqlite
CREATE TRIGGER ledger_is_not_deleted BEFORE DELETE ON ledger
BEGIN
    SELECT RAISE(ABORT, 'entries of the ledger are never deleted');
END;

-- postgres
CREATE FUNCTION refuse_to_change_entries() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    RAISE EXCEPTION ''entries of the % are never changed or deleted'', TG_TABLE_NAME;
END
';

-- postgres
CREATE OR REPLACE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE ON ledger
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_entries();

-- postgres
CREATE OR REPLACE TRIGGER ledger_is_not_truncated BEFORE TRUNCATE ON ledger
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_entries();
