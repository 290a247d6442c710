CREATE INDEX calls_by_instant ON calls (organization_id, (coalesce(answered_at, created_at)));
