CREATE INDEX deliveries_dead ON deliveries (webhook_id) WHERE status = 'dead';

CREATE INDEX call_messages_dead ON call_messages (organization_id) WHERE status = 'dead';
