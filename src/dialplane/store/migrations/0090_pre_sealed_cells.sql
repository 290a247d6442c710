ALTER TABLE job_rows ADD COLUMN sealed_password_cell TEXT;
