"""The status page tells what was measured, and answers whatever is down."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone, translation

from app.website import probes, status
from app.website.probes import Facts, Signs
from app.website.status import STATUS, Health, Memory, Report, judge, measure
from tenants.context import use_control
from tenants.models import Notice, ReadySchema
from tenants.notices import NOTICES
from tenants.operating import Beat

GOOD = Signs(worker=5, scheduler=5, provisioner=5, ready_schemas=5, biller=5, oldest_command=None)
FACTS = {"signs": GOOD, "cells": {"default": True}, "files": True, "takes_payments": True}


def health(**facts):
    return {one.name: one.health.value for one in judge(Facts(**{**FACTS, **facts}))}


def signs(**changed):
    told = {name: getattr(GOOD, name) for name in Signs.__slots__}
    return Signs(**{**told, **changed})


def test_everything_works_when_everything_answers():
    assert set(health().values()) == {"up"}
    assert list(health()) == ["web", "sign-up", "cell-default", "jobs", "files", "payments"]


@pytest.mark.parametrize(
    ("changed", "part", "told"),
    [
        ({"worker": 60}, "jobs", "up"),
        ({"worker": 60.1}, "jobs", "down"),
        ({"worker": None}, "jobs", "down"),
        ({"scheduler": 60}, "jobs", "up"),
        ({"scheduler": 61}, "jobs", "degraded"),
        ({"scheduler": None, "worker": None}, "jobs", "down"),
        ({"provisioner": 60}, "sign-up", "up"),
        ({"provisioner": 61}, "sign-up", "degraded"),
        ({"provisioner": None}, "sign-up", "degraded"),
        ({"ready_schemas": 0}, "sign-up", "degraded"),
        ({"ready_schemas": 1}, "sign-up", "up"),
        ({"ready_schemas": 0, "provisioner": 61}, "sign-up", "down"),
        ({"biller": 60}, "payments", "up"),
        ({"biller": 61}, "payments", "down"),
        ({"biller": None}, "payments", "down"),
        ({"oldest_command": 900}, "payments", "up"),
        ({"oldest_command": 901}, "payments", "degraded"),
    ],
)
def test_each_part_is_judged_by_its_own_sign(changed, part, told):
    found = health(signs=signs(**changed))
    assert found.pop(part) == told
    assert set(found.values()) == {"up"}


def test_a_control_plane_that_does_not_answer_is_told_as_what_people_feel():
    assert health(signs=None) == {
        "web": "degraded",
        "sign-up": "down",
        "cell-default": "up",
        "jobs": "down",
        "files": "up",
        "payments": "down",
    }


def test_each_cell_is_a_part_of_its_own():
    found = health(cells={"default": True, "large": False})
    assert (found["cell-default"], found["cell-large"]) == ("up", "down")


def test_what_the_installation_does_not_have_is_not_told():
    found = health(files=None, takes_payments=False)
    assert "files" not in found
    assert "payments" not in found


def test_labels_speak_the_language_of_each_reader_though_the_report_is_remembered():
    (web, *_others) = judge(Facts(**FACTS))
    with translation.override("zh-hans"):
        assert str(web.label) == "网页"
    with translation.override("en"):
        assert str(web.label) == "Web pages"


@pytest.fixture
def measured(settings, tmp_path):
    settings.S3_BUCKET = ""
    settings.STRIPE_API_KEY = ""
    STATUS.clear()
    NOTICES.clear()
    yield
    STATUS.clear()
    NOTICES.clear()


@pytest.fixture
def alive(open_fresh, settings):
    """Worker, scheduler and provisioner say that they live, in rows that others see."""
    now = timezone.now()
    for kind in ("worker", "scheduler", "provisioner"):
        Beat.objects.update_or_create(
            kind=kind,
            instance="test",
            defaults={"at": now, "started_at": now, "cell": settings.CELL},
        )
    yield
    Beat.objects.filter(instance="test").delete()


def test_it_measures_real_databases_and_rows(measured, alive, public):
    with use_control():
        is_ready = ReadySchema.objects.filter(tenant=None, state="ready").exists()
    sign_up = "up" if is_ready else "degraded"
    told = public.get("/status.json").json()
    parts = {one["name"]: one["status"] for one in told["components"]}
    assert parts == {"web": "up", "sign-up": sign_up, "cell-default": "up", "jobs": "up"}
    assert told["status"] == sign_up
    page = public.get("/status/").content.decode()
    assert ("A new workspace may take a while." in page) == (not is_ready)
    Beat.objects.filter(kind="worker").update(at=timezone.now() - timedelta(minutes=2))
    STATUS.clear()
    told = public.get("/status.json").json()
    assert {"name": "jobs", "status": "down"} in told["components"]


@pytest.mark.parametrize(
    ("cell", "jobs"),
    [("elsewhere", "down"), ("", "up")],
    ids=["another cell's", "of a release that did not say"],
)
def test_a_worker_counts_for_its_own_cell(measured, alive, public, cell, jobs):
    Beat.objects.filter(kind="worker").update(cell=cell)
    told = public.get("/status.json").json()
    assert {"name": "jobs", "status": jobs} in told["components"]


@contextmanager
def pointing(alias, **where):
    about = connections[alias].settings_dict
    before = dict(about)
    about.update(where)
    try:
        yield
    finally:
        about.update(before)


@pytest.fixture
def tarpit():
    """Takes connections and never says a word."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=16)
    yield listener.getsockname()[1]
    listener.close()


def test_databases_that_take_calls_and_say_nothing_do_not_hold_the_page(
    measured, db, public, tarpit, settings
):
    settings.S3_BUCKET, settings.S3_ENDPOINT_URL = "b", f"http://127.0.0.1:{tarpit}"
    started = time.monotonic()
    with (
        pointing("control", HOST="127.0.0.1", PORT=tarpit),
        pointing("default", HOST="127.0.0.1", PORT=tarpit),
    ):
        answer = public.get("/status/")
    assert time.monotonic() - started < 4
    assert answer.status_code == 200
    told = public.get("/status.json").json()
    parts = {one["name"]: one["status"] for one in told["components"]}
    assert parts == {
        "web": "degraded",
        "sign-up": "down",
        "cell-default": "down",
        "jobs": "down",
        "files": "down",
    }


def test_nothing_that_is_down_is_named_by_its_address(measured, db, public, caplog):
    with pointing("control", HOST="127.0.0.1", PORT=1, PASSWORD="secret-word"):
        page = public.get("/status/").content.decode()
    assert "A part is down." in page
    assert "127.0.0.1" not in page
    assert "secret-word" not in page + caplog.text


def test_it_is_measured_once_in_a_moment_however_many_look():
    calls = []

    def slowly():
        calls.append(1)
        time.sleep(0.2)
        return Report(timezone.now(), (), control_answers=True)

    memory = Memory(slowly)
    threads = [threading.Thread(target=memory.get) for _ in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    memory.get()
    assert len(calls) == 1


def test_while_it_is_measured_anew_others_get_the_last_report_at_once():
    started, go = threading.Event(), threading.Event()

    def waiting():
        started.set()
        go.wait(5)
        return Report(timezone.now(), (), control_answers=True)

    go.set()
    memory = Memory(waiting)
    first = memory.get()
    go.clear()
    started.clear()
    memory._until = 0.0
    other = threading.Thread(target=memory.get)
    other.start()
    assert started.wait(5)
    before = time.monotonic()
    assert memory.get() is first
    assert time.monotonic() - before < 0.5
    go.set()
    other.join()
    assert memory.get() is not first


def test_a_question_without_an_answer_in_time_counts_as_none():
    go = threading.Event()
    answers = probes.ask({"late": lambda: go.wait(5), "good": lambda: 7, "bad": fail}, patience=0.2)
    go.set()
    assert answers == {"late": None, "good": 7, "bad": None}


def fail():
    raise ConnectionRefusedError("no")


def test_the_worst_part_is_that_of_the_whole():
    assert status.worst([Health.UP, Health.DOWN, Health.DEGRADED]) == Health.DOWN
    assert status.worst([Health.UP, Health.DEGRADED]) == Health.DEGRADED
    assert status.worst([]) == Health.UP


@pytest.fixture
def quiet(measured, control, monkeypatch):
    """Every part works; notices come from the test's own rows."""
    report = Report(timezone.now(), tuple(judge(Facts(**FACTS))), control_answers=True)
    monkeypatch.setattr(STATUS, "get", lambda: report)


def post(text, *, hours, ends=None, **values):
    now = timezone.now()
    ends_at = None if ends is None else now + timedelta(hours=ends)
    values = {"is_public": True, "kind": "incident", "level": "error"} | values
    starts_at = now + timedelta(hours=hours)
    Notice.objects.create(text=text, starts_at=starts_at, ends_at=ends_at, **values)


def test_what_operators_post_is_told_if_it_is_for_everybody(quiet, public):
    post("Imports are slow", hours=-1, text_zh="导入较慢")
    post("For workspaces only", hours=-1, is_public=False)
    post("Move of a server", hours=24, ends=26, kind="maintenance", level="info")
    post("Was down", hours=-30, ends=-29)
    post("Long ago", hours=-24 * 20, ends=-24 * 19)
    page = public.get("/status/").content.decode()
    assert "We know of a disturbance and work on it." in page
    for text in ("Imports are slow", "Move of a server", "Was down"):
        assert text in page
    for text in ("For workspaces only", "Long ago"):
        assert text not in page
    told = public.get("/status.json").json()
    assert [one["text"] for one in told["notices"]] == ["Imports are slow"]
    assert [one["text"] for one in told["coming"]] == ["Move of a server"]
    assert [one["text"] for one in told["past"]] == ["Was down"]
    assert "导入较慢" in public.get("/status/?language=zh-hans").content.decode()


def test_what_an_operator_writes_is_text_and_not_a_page(quiet, public):
    post("<script>alert(1)</script>", hours=-1)
    assert "<script>alert(1)" not in public.get("/status/").content.decode()


def test_a_quiet_fortnight_says_so(quiet, public):
    page = public.get("/status/").content.decode()
    assert "Everything works." in page
    assert "Nothing was reported." in page


def test_it_is_measured_from_the_real_parts_by_default():
    assert STATUS._measure is measure
