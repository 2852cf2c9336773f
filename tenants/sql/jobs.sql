-- A workspace may enqueue and nothing else. Run after each migration of procrastinate:
-- its migrations replace the function, and with it these rights.
GRANT ALL ON ALL TABLES IN SCHEMA jobs TO jobs_worker;
GRANT ALL ON ALL SEQUENCES IN SCHEMA jobs TO jobs_worker;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA jobs TO jobs_worker;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA jobs FROM PUBLIC, tenant_app;
ALTER FUNCTION jobs.procrastinate_defer_jobs_v1(jobs.procrastinate_job_to_defer_v1[])
    SECURITY DEFINER SET search_path = jobs, pg_temp;
GRANT EXECUTE ON FUNCTION
    jobs.procrastinate_defer_jobs_v1(jobs.procrastinate_job_to_defer_v1[]) TO tenant_app;

-- Inside the function current_setting('role') is still the workspace's role.
CREATE OR REPLACE FUNCTION jobs.check_tenant() RETURNS trigger
LANGUAGE plpgsql SET search_path = jobs, pg_temp AS $$
BEGIN
    IF current_setting('role') <> 'none'
       AND current_setting('role') IS DISTINCT FROM 'r_' || (NEW.args ->> 'tenant') THEN
        RAISE insufficient_privilege USING MESSAGE = 'a job must name its own workspace';
    END IF;
    RETURN NEW;
END
$$;
GRANT EXECUTE ON FUNCTION jobs.check_tenant() TO jobs_worker;
CREATE OR REPLACE TRIGGER check_tenant BEFORE INSERT ON jobs.procrastinate_jobs
    FOR EACH ROW EXECUTE FUNCTION jobs.check_tenant();
