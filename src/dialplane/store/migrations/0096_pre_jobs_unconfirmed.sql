CREATE INDEX jobs_unconfirmed ON jobs (updated_at)
    WHERE status = 'previewed';
