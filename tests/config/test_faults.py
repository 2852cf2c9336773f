"""What a fault report holds, looked up in the envelope that the real client would send."""

from __future__ import annotations

import json
import logging
from types import SimpleNamespace

import pytest
import sentry_sdk
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import RequestFactory
from sentry_sdk.transport import Transport

from app.config import faults
from tenants.context import Ref, bind_actor, use_tenant
from tenants.jobs import run_in_workspace

ACME = Ref(7, "t_7", "default", "r_t_7", "acme")
TOKEN = "a" * 32
SECRETS = {
    "form": "hunter2-form-secret",
    "query": "query-secret-77",
    "cookie": "cookie-secret-88",
    "header": "header-secret-99",
    "path": "path-secret-12",
    "variable": "variable-secret-13",
    "address": "planted@person.example",
    "number": "4242 4242 4242 4242",
    "quoted": "quoted-secret-14",
    "crumb": "crumb-secret-15",
    "sql": "sql-secret-16",
}


class Captured(Transport):
    """Keeps what would be sent."""

    def __init__(self, options=None):
        super().__init__(options)
        self.envelopes = []

    def capture_envelope(self, envelope):
        self.envelopes.append(envelope)

    def events(self):
        return [one.get_event() for one in self.envelopes if one.get_event()]

    def text(self):
        return b"\n".join(one.serialize() for one in self.envelopes).decode()


@pytest.fixture
def sent():
    transport = Captured()
    faults.start(
        "https://key@faults.example/1",
        release="release-5",
        environment="example.com",
        transport=transport,
    )
    with sentry_sdk.isolation_scope() as scope:
        scope.clear()
        yield transport
    sentry_sdk.get_global_scope().set_client(None)


def ask(request):
    """Through the whole WSGI stack, as gunicorn asks; the status."""
    told = []
    request_started.disconnect(close_old_connections)  # the test's transaction is open
    request_finished.disconnect(close_old_connections)
    try:
        return _asked(request, told)
    finally:
        request_started.connect(close_old_connections)
        request_finished.connect(close_old_connections)


def _asked(request, told):
    body = WSGIHandler()(request.environ, lambda status, headers: told.append(status))
    list(body)
    return int(told[0].split()[0])


def planted(method, path, host, data=None):
    factory = RequestFactory(headers={"host": host})
    request = getattr(factory, method)(f"{path}?q={SECRETS['query']}", data)
    cookies = f"csrftoken={TOKEN}; theme=dark; other={SECRETS['cookie']}"
    request.environ |= {"HTTP_COOKIE": cookies, "HTTP_X_PLANTED": SECRETS["header"]}
    return request


def break_down(*args, **kwargs):
    kept_here = SECRETS["variable"]
    logging.getLogger("app.x").warning("crumb of %s", SECRETS["crumb"])
    sentry_sdk.add_breadcrumb(
        category="query",
        message=f"SELECT 1 FROM \"sales_deal\" WHERE name = '{SECRETS['sql']}'",
        data={"db.params": [SECRETS["sql"]]},
    )
    sentry_sdk.add_breadcrumb(category="auth", message=f"for {SECRETS['address']}", data=SECRETS)
    words = f"no '{SECRETS['quoted']}' of {SECRETS['address']}, {SECRETS['number']}"
    raise ValueError(words + kept_here[:0])


def test_nothing_that_a_visitor_sent_leaves_the_house(sent, db, monkeypatch):
    monkeypatch.setattr("app.website.finding.mail_workspaces", break_down)
    form = {
        "email": SECRETS["address"],
        "password": SECRETS["form"],
        "csrfmiddlewaretoken": TOKEN,
    }
    assert ask(planted("post", "/find/", "localhost:8000", form)) == 500
    assert len(sent.events()) == 1
    for where, secret in SECRETS.items():
        assert secret not in sent.text(), where


def test_it_says_where_it_broke_and_for_whom(sent, two, monkeypatch):
    monkeypatch.setattr("app.access.joining.find", break_down)
    asked = planted("get", f"/join/{SECRETS['path']}/", "acme.localhost:8000")
    asked.environ["HTTP_X_REQUEST_ID"] = "request-123"
    assert ask(asked) == 500
    (event,) = sent.events()
    assert event["tags"] == {"workspace": "t_1", "request_id": "request-123"}
    assert event["release"] == "release-5"
    assert event["transaction"] == "/join/{secret}/"
    assert event["request"]["method"] == "GET"
    value = event["exception"]["values"][-1]
    assert (value["type"], value["value"]) == (
        "ValueError",
        "no '[value]' of [address], [number]",
    )
    assert value["stacktrace"]["frames"][-1]["function"] == "break_down"
    assert "vars" not in json.dumps(value)
    for where, secret in SECRETS.items():
        assert secret not in sent.text(), where


def test_steps_before_it_tell_what_happened_but_not_to_what(sent):
    with use_tenant(ACME):
        try:
            break_down()
        except ValueError:
            logging.getLogger("app.x").exception("cannot greet %s", SECRETS["form"])
    (event,) = sent.events()
    steps = [(step["category"], step["message"]) for step in event["breadcrumbs"]["values"]]
    assert steps == [
        ("app.x", "crumb of %s"),
        ("query", "SELECT sales_deal"),
        ("auth", "for [address]"),
    ]
    assert event["logentry"] == {"message": "cannot greet %s"}
    assert "extra" not in event
    assert not any(secret in sent.text() for secret in SECRETS.values())


def test_a_person_is_a_number_of_his_workspace(sent):
    with use_tenant(ACME), bind_actor(3, "req-00001"):
        sentry_sdk.set_user({"id": 9, "email": SECRETS["address"], "ip_address": "10.1.2.3"})
        sentry_sdk.set_tag("email", SECRETS["address"])
        sentry_sdk.set_context("form", SECRETS)
        sentry_sdk.capture_message(f"call {SECRETS['number']}")
    (event,) = sent.events()
    assert event["user"] == {"id": "t_7:3"}
    assert event["tags"] == {"workspace": "t_7", "request_id": "req-00001"}
    assert event["logentry"] == {"message": "call [number]"}
    assert "10.1.2.3" not in sent.text()
    assert not any(secret in sent.text() for secret in SECRETS.values())


def test_what_postgresql_quotes_of_a_row_is_cut_off(sent, two):
    from django.db import IntegrityError, transaction

    from app.access.models import Team

    with use_tenant(two[0]):
        Team.objects.create(name=SECRETS["form"])
        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            Team.objects.create(name=SECRETS["form"])
    assert SECRETS["form"] in str(caught.value)
    sentry_sdk.capture_exception(caught.value)
    assert SECRETS["form"] not in sent.text()
    assert "duplicate key value" in sent.text()


def test_the_process_reports_with_the_arguments_of_no_command(sent, monkeypatch):
    monkeypatch.setattr("sys.argv", ["manage.py", "create_person", "--password", SECRETS["form"]])
    try:
        break_down()
    except ValueError as error:
        sentry_sdk.capture_exception(error)
    assert len(sent.events()) == 1
    assert SECRETS["form"] not in sent.text()


def test_a_job_that_fails_is_reported_once_with_its_workspace(sent, two):
    def fail():
        raise LookupError(SECRETS["address"])

    told = {"task_name": "sales.count", "id": 41, "attempts": 0}
    job = SimpleNamespace(**told, task_kwargs={"tenant": two[0].schema, "actor": 3})
    try:
        run_in_workspace(fail, SimpleNamespace(job=job), None)
    except LookupError:  # as the queue's own worker says it
        words, extra = "Job sales.count[41](email='x') ended", {"action": "job_error"}
        logging.getLogger("procrastinate.worker").error(words, exc_info=True, extra=extra)
    (event,) = sent.events()
    assert event["tags"] == {"workspace": two[0].schema, "request_id": "job-41"}
    assert event["user"] == {"id": f"{two[0].schema}:3"}
    assert SECRETS["address"] not in sent.text()
