DROP INDEX telephone_numbers_by_address;

CREATE INDEX telephone_numbers_by_address
    ON telephone_numbers (realm, address_uri, outbound_trunk_id)
    WHERE address_uri IS NOT NULL AND status <> 'expired';
