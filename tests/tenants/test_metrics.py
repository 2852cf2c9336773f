from __future__ import annotations

import urllib.request
from pathlib import Path

import pytest
from django.conf import settings
from prometheus_client import REGISTRY

from app.config.edge import group_of
from local.ports import free_port
from tenants import metrics, readings
from tenants.addresses import connect_owner
from tenants.context import use_control
from tenants.jobs import run_in_workspace
from tenants.models import ReadySchema
from tests.isolation.surface import public_routes, workspace_routes


def value(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0.0


def scrape(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        return answer.read().decode()


@pytest.fixture
def served(settings):
    """Serve as a process of its own would, on a free port, and end it."""
    settings.METRICS_PORT, settings.METRICS_BIND = free_port(), "127.0.0.1"
    before = set(REGISTRY._collector_to_names)

    def serve(*reads):
        metrics.serve("test", *reads)
        return settings.METRICS_PORT

    yield serve
    for server in metrics._opened:
        server.shutdown()
    metrics.leave_to_master()
    for collector in set(REGISTRY._collector_to_names) - before:
        REGISTRY.unregister(collector)


def test_a_probe_asks_whether_the_process_lives_and_reads_no_database(served):
    read = []
    port = served(lambda: read.append(1) or [])
    address = f"http://127.0.0.1:{port}/metrics?name[]=clientele_process"
    with urllib.request.urlopen(address, timeout=5) as answer:
        assert b'clientele_process{name="test"} 1.0' in answer.read()
    assert read == []
    scrape(port)
    assert read == [1]


def test_a_request_is_counted_by_its_group_method_and_status(two, browser, alice):
    labels = {"group": "records", "method": "GET", "status": "2xx"}
    before = value("clientele_request_seconds_count", **labels)
    client = browser(alice)
    client.get("/deals/")
    client.get("/accounts/?q=x")
    assert value("clientele_request_seconds_count", **labels) == before + 2
    assert value("clientele_requests_in_flight") == 0


def test_groups_are_a_closed_set_without_anything_that_a_visitor_chooses():
    groups = {group_of(f"/{route}") for route in (*workspace_routes(), *public_routes())}
    assert {"records", "api", "login", "join", "home", "settings"} <= groups
    assert len(groups) < 60
    assert not [group for group in groups if set(group) & set("<>^(?/")]


def test_whatever_is_asked_makes_no_new_series(public, db):
    before = len(next(iter(metrics.REQUESTS.collect())).samples)
    for number in range(30):
        public.get(f"/unknown-{number}/")
        public.generic(f"VERB{number}", "/unknown/")
    after = len(next(iter(metrics.REQUESTS.collect())).samples)
    assert after - before <= 2 * (len(metrics.SECONDS) + 4)


def test_metrics_are_not_told_at_the_doors_of_the_product(public, browser, alice):
    assert public.get("/metrics").status_code == 404
    assert public.get("/metrics/").status_code == 404
    assert browser(alice).get("/metrics/").status_code == 404
    assert b"clientele_request" not in public.get("/healthz").content


def test_jobs_are_counted_by_task_and_outcome():
    from types import SimpleNamespace

    def fail():
        raise LookupError

    told = {"task_name": "tests.counted", "id": 1, "attempts": 0, "task_kwargs": {}}
    context = SimpleNamespace(job=SimpleNamespace(**told))
    run_in_workspace(lambda: None, context, None)
    with pytest.raises(LookupError):
        run_in_workspace(fail, context, None)
    for outcome in ("done", "failed"):
        labels = {"task": "tests.counted", "outcome": outcome}
        assert value("clientele_job_seconds_count", **labels) == 1


def test_without_a_port_nothing_listens(settings):
    settings.METRICS_PORT = 0
    metrics.serve("test", readings.of_queue)
    assert metrics.port_told() == 0


def test_the_worker_tells_jobs_and_connections(served, fresh):
    from tenants.context import use_tenant
    from tests.tenants.tasks import add_team

    three_days = 3 * 86400
    with use_tenant(fresh):
        overdue = add_team.defer_in(-three_days, name="never run")
        add_team.defer_in(3600, name="not yet")
    try:
        text = scrape(served(readings.of_queue))
    finally:
        with connect_owner() as owner:
            owner.execute("SET search_path = jobs")
            owner.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [overdue])
    assert 'clientele_process{name="test"} 1.0' in text
    assert 'clientele_jobs{state="failed"}' in text
    waiting = float(text.partition('clientele_jobs{state="waiting"} ')[2].split()[0])
    oldest = float(text.partition("\nclientele_jobs_oldest_seconds ")[2].split()[0])
    assert waiting >= 2
    assert three_days <= oldest < three_days + 600
    assert 'clientele_database_connections{kind="most",plane="cell"}' in text


@pytest.mark.parametrize("asked", ["metrics", "keda"])
@pytest.mark.parametrize(
    ("status", "priority", "stands"),
    [("doing", 0, True), ("todo", 0, True), ("todo", -1, False), ("failed", 0, False)],
)
def test_a_job_in_line_for_its_lock_is_no_job_that_could_run(asked, status, priority, stands, db):
    year = 365 * 86400
    before = f"""INSERT INTO procrastinate_jobs
        (queue_name, task_name, lock, status, priority, scheduled_at) VALUES
        ('q', 'tests.first', 'tests.line', '{status}', {priority}, now() + interval '1 hour'),
        ('q', 'tests.second', 'tests.line', 'todo', 0, now() - interval '{year} seconds')"""
    with connect_owner() as owner, owner.transaction(force_rollback=True):
        owner.execute("SET LOCAL search_path = jobs")
        owner.execute(before)
        oldest = owner.execute(_asked_by(asked)).fetchone()[-1]
    assert (oldest < year) is stands


def _asked_by(name):
    """The question of the metrics, or of what scales the workers by it."""
    if name == "metrics":
        return readings._QUEUE
    text = (Path(settings.BASE_DIR) / "helm/clientele/templates/keda.yaml").read_text()
    return text.partition('{{- define "clientele.keda.oldest" -}}')[2].partition("{{-")[0]


def test_the_provisioner_tells_the_pool(served, fresh):
    text = scrape(served(readings.of_provisioner))
    with use_control():
        ready = ReadySchema.objects.filter(tenant=None, state="ready").count()
    assert f'clientele_pool{{state="ready"}} {float(ready)}' in text
    active = float(text.partition('clientele_workspaces{status="active"} ')[2].split()[0])
    assert active >= 3


def test_a_database_that_is_down_leaves_its_gauges_out_and_no_more(served, settings):
    settings.JOBS_DATABASE_URL = "postgresql://nobody:secret-word@127.0.0.1:1/none"
    text = scrape(served(readings.of_queue))
    assert "clientele_jobs{" not in text
    assert "clientele_sign_ups_total" in text
    assert "secret-word" not in text
