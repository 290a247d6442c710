-- sqlite
UPDATE job_rows
   SET sealed_password_cell = json_extract(cells, '$.auth_password'),
       cells = json_set(cells, '$.auth_password', '')
 WHERE coalesce(json_extract(cells, '$.auth_password'), '') <> '';

-- postgres
UPDATE job_rows
   SET sealed_password_cell = cells::json ->> 'auth_password',
       cells = replace(cells, cells::json ->> 'auth_password', '')
 WHERE coalesce(cells::json ->> 'auth_password', '') <> '';
