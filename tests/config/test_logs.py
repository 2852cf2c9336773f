from __future__ import annotations

import io
import json
import logging
import logging.config
from types import SimpleNamespace

import pytest

from app.config.logs import JsonFormatter, LineFormatter, OriginFilter, logging_config
from tenants.context import Ref, bind_actor, use_control, use_tenant
from tenants.jobs import run_in_workspace

ACME = Ref(7, "t_7", "default", "r_t_7", "acme")


def filtered():
    record = logging.LogRecord("n", logging.INFO, "p", 1, "m", (), None)
    OriginFilter().filter(record)
    return record.workspace, record.request_id, record.actor


def test_a_line_says_its_workspace_request_and_person():
    with use_tenant(ACME), bind_actor(3, "req-1"):
        assert filtered() == ("t_7", "req-1", 3)


def test_a_line_of_the_public_site_or_of_none_is_still_a_line():
    with use_control():
        assert filtered() == ("control", "-", None)
    assert filtered() == ("-", "-", None)


@pytest.fixture
def lines():
    """What the root logger's handler writes of a product that logs JSON."""
    stream, handler = io.StringIO(), logging.StreamHandler()
    handler.setStream(stream)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(OriginFilter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.setLevel(level)
    root.removeHandler(handler)


def test_a_line_is_one_json_object_with_the_facts_as_fields(lines):
    with use_tenant(ACME), bind_actor(3, "req-1"):
        logging.getLogger("x").warning("two\nlines of %s", 5, extra={"facts": {"ms": 1.5}})
    (line,) = lines()
    assert line["time"].endswith("+00:00")
    line.pop("time")
    assert line == {
        "level": "warning",
        "logger": "x",
        "message": "two\nlines of 5",
        "workspace": "t_7",
        "request_id": "req-1",
        "actor": 3,
        "ms": 1.5,
    }


def test_an_exception_is_told_by_type_and_stack_without_its_words_and_values(lines):
    def break_it(name):
        raise ValueError(f"cannot greet {name}")

    try:
        break_it("Alice Alder")
    except ValueError:
        logging.getLogger("x").exception("greeting failed")
    (line,) = lines()
    assert line["exception"]["type"] == "ValueError"
    assert "tests/config/test_logs.py" in line["exception"]["stack"][-1]
    assert line["exception"]["stack"][-1].endswith("break_it")
    assert "Alice" not in json.dumps(line)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("mail to alice@acme.example failed", "mail to [address] failed"),
        ("call +49 170 1234567 now", "call [number] now"),
        ("card 4242424242424242", "card [number]"),
        ("GET /x?token=abc&b=1 refused", "GET /x?[query] refused"),
        ("Authorization: Bearer abcdef123456", "Authorization: Bearer [secret]"),
        (
            "job 12 of t_123 at 2026-11-22 took 1500 ms",
            "job 12 of t_123 at 2026-11-22 took 1500 ms",
        ),
    ],
)
def test_addresses_numbers_and_credentials_are_masked(said, written, lines):
    logging.getLogger("x").info(said)
    assert lines()[0]["message"] == written


def test_a_very_long_message_is_cut_and_takes_no_time(lines):
    logging.getLogger("x").info("a" * 1_000_000)
    assert len(lines()[0]["message"]) == 4000


def test_a_path_that_django_names_is_left_out():
    request = SimpleNamespace(path="/join/s3cret/")
    record = logging.LogRecord(
        "django.request", logging.ERROR, "p", 1, "%s: %s", ("Fault", "/join/s3cret/"), None
    )
    record.request = request
    OriginFilter().filter(record)
    assert "s3cret" not in LineFormatter().format(record)
    assert "s3cret" not in JsonFormatter().format(record)


def test_both_forms_can_be_configured():
    for kind in ("line", "json"):
        config = logging_config(kind=kind, level="INFO")
        assert config["handlers"]["stderr"]["formatter"] == kind
        logging.config.DictConfigurator(config).configure_formatter(config["formatters"][kind])


def asked(lines):
    return [line for line in lines() if line["logger"] == "app.requests"]


def test_a_request_is_one_line_with_its_route(lines, two, browser, alice):
    client = browser(alice)
    answer = client.get("/deals/?q=Nordwind", headers={"x-request-id": "request-77"})
    assert answer["X-Request-Id"] == "request-77"
    (line,) = asked(lines)
    assert (line["method"], line["route"], line["status"]) == ("GET", "/<slug:slug>/", 200)
    assert (line["workspace"], line["actor"]) == (two[0].schema, alice.pk)
    assert line["request_id"] == "request-77"
    assert line["ms"] > 0
    assert "Nordwind" not in json.dumps(line)


def test_secrets_in_paths_and_forms_are_in_no_line(lines, browser):
    client = browser()
    client.get("/join/the-invitation-secret/?who=me")
    client.post("/login/", {"email": "eve@acme.example", "password": "open-sesame"})
    client.get("/nothing/the-unknown-secret/")
    client.post("/language/the-posted-secret", {"x": "1"})
    text = json.dumps(lines())
    assert "/join/<str:secret>/" in text
    for secret in ("the-invitation", "eve@", "open-sesame", "the-unknown", "the-posted", "who=me"):
        assert secret not in text


def test_the_public_site_and_unknown_hosts_have_lines_too(lines, public, db):
    public.get("/pricing/")
    public.get("/pricing/", headers={"host": "nobody.localhost:8000"})
    first, second = asked(lines)
    assert (first["workspace"], first["route"], first["status"]) == ("control", "/pricing/", 200)
    assert (second["route"], second["status"]) == ("(none)", 404)


def test_probes_and_static_files_write_no_line(lines, public, db):
    public.get("/healthz")
    public.get("/readyz")
    public.get("/static/nothing.css")
    assert [line["status"] for line in asked(lines)] == [404]


def test_what_procrastinate_says_of_a_failed_job_is_said_once():
    filters = logging_config(kind="json", level="INFO")["loggers"]["procrastinate.worker"]
    assert filters == {"filters": ["told_by_us"]}
    from app.config.logs import ToldByUs

    record = logging.LogRecord("procrastinate.worker", logging.ERROR, "p", 1, "m", (), None)
    assert ToldByUs().filter(record)
    record.action = "job_error"
    assert not ToldByUs().filter(record)


def job(**args):
    told = {"task_name": "sales.count", "id": 41, "attempts": 0, "task_kwargs": args}
    return SimpleNamespace(job=SimpleNamespace(**told))


def fail():
    raise LookupError("alice@acme.example")


def test_a_job_is_one_line_with_its_workspace_and_how_it_went(lines, two):
    assert run_in_workspace(lambda: 5, job(tenant=two[0].schema, actor=3), None) == 5
    with pytest.raises(LookupError):
        run_in_workspace(fail, job(tenant=two[0].schema), None)
    done, failed = lines()
    facts = {"task": "sales.count", "job": 41, "attempt": 1, "outcome": "done"}
    assert {name: done[name] for name in facts} == facts
    assert (done["workspace"], done["request_id"], done["actor"]) == ("t_1", "job-41", 3)
    assert (failed["outcome"], failed["exception"]["type"]) == ("failed", "LookupError")
    assert "alice@" not in json.dumps(failed)
