-- The cell's own schemas and rights; run by the cell's owner, safe to run again.
CREATE SCHEMA IF NOT EXISTS jobs;
GRANT USAGE ON SCHEMA ext TO tenant_app;
GRANT USAGE ON SCHEMA jobs TO tenant_app, jobs_worker;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

CREATE UNLOGGED TABLE IF NOT EXISTS ext.cache_entries (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS cache_entries_expires ON ext.cache_entries (expires);
GRANT SELECT, INSERT, UPDATE, DELETE ON ext.cache_entries TO tenant_app;
ALTER TABLE ext.cache_entries ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own_keys ON ext.cache_entries;
-- current_user is r_<schema>, and a key begins with the name of its schema.
CREATE POLICY own_keys ON ext.cache_entries TO tenant_app
    USING (starts_with(cache_key, substr(current_user, 3) || ':'))
    WITH CHECK (starts_with(cache_key, substr(current_user, 3) || ':'));
