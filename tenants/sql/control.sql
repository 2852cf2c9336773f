-- Rights of the web and the worker in the control plane; run by its owner, safe to run again.
GRANT USAGE ON SCHEMA public TO control_login;
ALTER DEFAULT PRIVILEGES IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO control_login;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO control_login;
CREATE UNLOGGED TABLE IF NOT EXISTS public.cache_entries (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS cache_entries_expires ON public.cache_entries (expires);
GRANT SELECT, INSERT, UPDATE, DELETE ON public.cache_entries TO control_login;
