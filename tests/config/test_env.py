from __future__ import annotations

import json
import os

import pytest
from django.core.exceptions import ImproperlyConfigured

from app.config import env


@pytest.mark.parametrize("value", ["maybe", "2", "o n"])
def test_a_switch_is_on_or_off_and_nothing_else(monkeypatch, value):
    monkeypatch.setenv("EMAIL_TLS", value)
    with pytest.raises(ImproperlyConfigured, match="EMAIL_TLS must be 1 or 0"):
        env.flag("EMAIL_TLS", False)


@pytest.mark.parametrize("value", ["0", "65536", "many", "2.5", "-3", "²"])
def test_a_number_keeps_its_bounds(monkeypatch, value):
    monkeypatch.setenv("EMAIL_PORT", value)
    with pytest.raises(ImproperlyConfigured, match="EMAIL_PORT must be a whole number"):
        env.whole("EMAIL_PORT", 25, low=1, high=65535)


@pytest.mark.parametrize(
    "value", ["mysql://a@b/c", "postgresql://host", "cell", "postgresql:///cell"]
)
def test_a_database_needs_a_whole_address(monkeypatch, value):
    monkeypatch.setenv("DATABASE_URL", value)
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must be postgresql://"):
        env.database("DATABASE_URL")


def test_a_password_may_hold_signs_of_an_address(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:p%40ss%2Fw@db:6432/cell")
    assert env.database("DATABASE_URL") == {
        "NAME": "cell", "USER": "me", "PASSWORD": "p@ss/w", "HOST": "db", "PORT": "6432",
    }  # fmt: skip


@pytest.mark.parametrize("value", ["http://a.example", "me@a.example", ".a.example", "a b", "a/b"])
def test_a_host_is_a_host(monkeypatch, value):
    monkeypatch.setenv("PUBLIC_HOST", value)
    with pytest.raises(ImproperlyConfigured, match="PUBLIC_HOST must be a host"):
        env.host("PUBLIC_HOST")


@pytest.mark.parametrize(
    "value", [None, "", "short", "local-and-public-0123456789-0123456789-0123"]
)
def test_production_refuses_a_missing_or_known_key(monkeypatch, value):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    if value is not None:
        monkeypatch.setenv("SECRET_KEY", value)
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        env.secret("SECRET_KEY", local=False)
    assert env.secret("SECRET_KEY", local=True)


def test_the_file_of_the_running_stack_fills_what_is_not_set(monkeypatch, tmp_path):
    file = tmp_path / "env.json"
    file.write_text(json.dumps({"RUN_ID": "of the file", "EMAIL_HOST": "of the file"}))
    monkeypatch.setenv("ENV_FILE", str(file))
    monkeypatch.setenv("EMAIL_HOST", "of the machine")
    monkeypatch.setenv("RUN_ID", "to be removed")
    del os.environ["RUN_ID"]
    env.load_file()
    assert (os.environ["RUN_ID"], os.environ["EMAIL_HOST"]) == ("of the file", "of the machine")
