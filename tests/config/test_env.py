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
        "OPTIONS": {},
    }  # fmt: skip


def test_what_an_address_asks_for_reaches_django(monkeypatch):
    query = "sslmode=verify-full&sslrootcert=/etc/ca%20of/db.pem&connect_timeout=5"
    url = f"postgresql://me@db/cell?{query}&target_session_attrs=read-write"
    monkeypatch.setenv("DATABASE_URL", url)
    assert env.database("DATABASE_URL")["OPTIONS"] == {
        "sslmode": "verify-full",
        "sslrootcert": "/etc/ca of/db.pem",
        "connect_timeout": "5",
        "target_session_attrs": "read-write",
    }
    assert env.database_address("DATABASE_URL") == url


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("options=-csearch_path%3Dt_2", "'options' is none of sslmode"),
        ("sslmode=require&user=postgres", "'user' is none of sslmode"),
        ("sslmode=require&sslmode=disable", "'sslmode' is none of sslmode.*each once"),
        ("sslmode=maybe", "sslmode may not be 'maybe'"),
        ("sslmode", "sslmode may not be ''"),
        ("sslrootcert=ca.pem", "sslrootcert may not be 'ca.pem'"),
        ("connect_timeout=0", "connect_timeout may not be '0'"),
    ],
)
@pytest.mark.parametrize("read", [env.database, env.database_address])
def test_an_address_that_asks_for_more_is_refused_by_name(monkeypatch, query, told, read):
    monkeypatch.setenv("DATABASE_URL", f"postgresql://me:hidden@db/cell?{query}")
    with pytest.raises(ImproperlyConfigured, match=f"DATABASE_URL: {told}") as refused:
        read("DATABASE_URL")
    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize("value", ["http://a.example", "me@a.example", ".a.example", "a b", "a/b"])
def test_a_host_is_a_host(monkeypatch, value):
    monkeypatch.setenv("PUBLIC_HOST", value)
    with pytest.raises(ImproperlyConfigured, match="PUBLIC_HOST must be a host"):
        env.host("PUBLIC_HOST")


def test_domains_of_companies_are_whole_names(monkeypatch):
    monkeypatch.setenv("OWN_DOMAINS", "crm.acme.com, CRM.globex.com,")
    assert env.domains("OWN_DOMAINS", apart_from="example.com") == [
        "crm.acme.com",
        "crm.globex.com",
    ]


@pytest.mark.parametrize(
    "value",
    ["*", ".acme.com", "*.acme.com", "acme", "a.b:80", "10.0.0.1", "https://a.com", "a b.com"],
)
def test_anything_else_is_no_domain_of_a_company(monkeypatch, value):
    monkeypatch.setenv("OWN_DOMAINS", f"crm.acme.com,{value}")
    with pytest.raises(ImproperlyConfigured, match=r"OWN_DOMAINS: .* is no whole name"):
        env.domains("OWN_DOMAINS", apart_from="example.com")


@pytest.mark.parametrize("value", ["example.com", "acme.example.com"])
def test_our_own_names_are_no_domains_of_companies(monkeypatch, value):
    monkeypatch.setenv("OWN_DOMAINS", value)
    with pytest.raises(ImproperlyConfigured, match=r"is example\.com or under it"):
        env.domains("OWN_DOMAINS", apart_from="example.com")


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
