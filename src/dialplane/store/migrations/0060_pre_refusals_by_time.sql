CREATE INDEX refusals_by_time ON refusals (organization_id, last_at, id);
