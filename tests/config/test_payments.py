from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from app.config import payments


@pytest.mark.parametrize("kind", ["sk", "rk"])
def test_a_development_machine_refuses_a_live_key(monkeypatch, kind):
    monkeypatch.setenv("STRIPE_API_KEY", f"{kind}_live_0123456789")
    with pytest.raises(ImproperlyConfigured, match="live key"):
        payments.api_key(local=True)
    assert payments.api_key(local=False) == f"{kind}_live_0123456789"


def test_what_is_no_key_is_refused_and_not_repeated(monkeypatch):
    monkeypatch.setenv("STRIPE_API_KEY", "pk_test_0123456789")
    with pytest.raises(ImproperlyConfigured, match="STRIPE_API_KEY must be") as refused:
        payments.api_key(local=True)
    assert "0123456789" not in str(refused.value)


@pytest.mark.parametrize(
    "base",
    [
        "https://api.stripe.com",
        "http://10.0.0.1:8000",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example:80",
        "https://localhost",
    ],
)
def test_another_stripe_must_be_on_this_machine(monkeypatch, base):
    monkeypatch.setenv("STRIPE_API_BASE", base)
    with pytest.raises(ImproperlyConfigured, match="STRIPE_API_BASE must be an address"):
        payments.api_base(local=True)


def test_another_stripe_is_for_development_only(monkeypatch):
    monkeypatch.setenv("STRIPE_API_BASE", "http://127.0.0.1:8027")
    assert payments.api_base(local=True) == "http://127.0.0.1:8027"
    with pytest.raises(ImproperlyConfigured, match="development only"):
        payments.api_base(local=False)


def test_two_secrets_are_accepted_and_none_is_made_up(monkeypatch):
    one, two = "whsec_" + "a" * 24, "whsec_" + "b" * 24
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRETS", f"{one}, {two}")
    assert payments.webhook_secrets() == [one, two]
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRETS", "")
    assert payments.webhook_secrets() == []
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRETS", "secret")
    with pytest.raises(ImproperlyConfigured, match="STRIPE_WEBHOOK_SECRETS"):
        payments.webhook_secrets()


def test_the_clock_of_billing_moves_on_a_development_machine_only(monkeypatch):
    monkeypatch.setenv("BILLING_CLOCK_FILE", "/x/clock")
    assert payments.clock_file(local=True) == "/x/clock"
    with pytest.raises(ImproperlyConfigured, match="BILLING_CLOCK_FILE"):
        payments.clock_file(local=False)
