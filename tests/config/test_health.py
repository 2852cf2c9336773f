from __future__ import annotations

import pytest
from django.test import Client

from app.config import draining


def test_it_lives_at_any_host():
    assert Client().get("/healthz", HTTP_HOST="10.0.0.1").status_code == 200


def test_it_is_ready_at_any_host_and_says_which_run_it_is(db, settings):
    settings.RUN_ID = "this-run"
    answer = Client().get("/readyz", HTTP_HOST="10.0.0.1")
    assert (answer.status_code, answer.json()["run"]) == (200, "this-run")


def test_while_draining_it_wants_no_traffic(db, monkeypatch, tmp_path):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert Client().get("/readyz").status_code == 200
    draining.drain(0)
    assert Client().get("/readyz").status_code == 503


@pytest.mark.parametrize("host", ["localhost:8000", "acme.localhost:8000"])
def test_pages_allow_nothing_inline_and_nothing_from_elsewhere(db, host):
    policy = Client().get("/login/", HTTP_HOST=host).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
