"""A host name leads to the public site, to one workspace, or nowhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from tenants.context import Ref, use_control
from tenants.handoffs import (
    add_login_hint,
    create_handoff,
    redeem_handoff,
    remove_login_hint,
    tenants_of_email,
)
from tenants.models import Handoff, LoginHint, Tenant
from tenants.routing import HOSTS, workspace_url
from tenants.subdomains import validate_subdomain


@pytest.mark.parametrize(
    "host",
    ["nobody.localhost:8000", "example.com", "acme.localhost.example.com", "127.0.0.1:8000", "a b"],
)
def test_an_unknown_host_is_a_plain_404(host: str, two: Any) -> None:
    answer = Client(headers={"host": host}).get("/login/")
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/plain")


def test_probes_answer_at_any_host(two: Any) -> None:
    for host in ("localhost:8000", "acme.localhost:8000", "10.0.0.7"):
        assert Client(headers={"host": host}).get("/healthz").status_code == 200


def test_hosts_are_remembered_and_unknown_ones_too(
    two: Any, django_assert_num_queries: Any
) -> None:
    HOSTS.clear()
    with use_control(), django_assert_num_queries(2, using="control"):
        for _turn in range(3):
            assert HOSTS.get("acme.localhost").company == "Acme"
            assert HOSTS.get("nobody.localhost") is None


def test_a_suspended_workspace_is_still_routed_and_a_closed_one_is_not(two: Any) -> None:
    with use_control():
        for status, known in (("suspended", True), ("closed", False), ("provisioning", False)):
            HOSTS.clear()
            Tenant.objects.filter(subdomain="acme").update(status=status)
            assert (HOSTS.get("acme.localhost") is not None) is known
    HOSTS.clear()


def test_the_address_of_a_workspace_names_its_host() -> None:
    assert workspace_url("acme", "/deals/") == "http://acme.localhost:8000/deals/"


@pytest.mark.parametrize("name", ["acme", "a-1", "abc" * 13, "0-0"])
def test_these_names_may_be_taken(name: str) -> None:
    validate_subdomain(name)


@pytest.mark.parametrize(
    "name",
    ["", "ab", "a" * 41, "-ab", "ab-", "Acme", "a.b", "a_b", "xn--abc", "ábc", "１２３", "abc\n"],
)
def test_these_names_may_not(name: str) -> None:
    with pytest.raises(ValidationError, match="letters"):
        validate_subdomain(name)


def test_a_handoff_is_good_once(two: tuple[Ref, Ref], control: None) -> None:
    token = create_handoff(_tenant(two[0]))
    assert redeem_handoff(token, ref=two[0])
    assert not redeem_handoff(token, ref=two[0])


def test_a_handoff_is_bound_to_its_workspace(two: tuple[Ref, Ref], control: None) -> None:
    token = create_handoff(_tenant(two[0]))
    assert not redeem_handoff(token, ref=two[1])
    assert redeem_handoff(token, ref=two[0])


def test_a_handoff_lasts_a_minute(two: tuple[Ref, Ref], control: None) -> None:
    token = create_handoff(_tenant(two[0]))
    Handoff.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert not redeem_handoff(token, ref=two[0])


def test_the_token_itself_is_not_kept(two: tuple[Ref, Ref], control: None) -> None:
    token = create_handoff(_tenant(two[0]))
    assert token not in str(list(Handoff.objects.values()))


def test_an_address_finds_its_workspaces(two: tuple[Ref, Ref], control: None) -> None:
    for ref in two:
        add_login_hint(" Ann@Example.com", ref=ref)
        add_login_hint("ann@example.com", ref=ref)
    assert [t.company for t in tenants_of_email("ANN@example.com")] == ["Acme", "Globex"]
    remove_login_hint("ann@example.com", ref=two[0])
    assert [t.company for t in tenants_of_email("ann@example.com")] == ["Globex"]
    assert "ann" not in str(list(LoginHint.objects.values()))


def _tenant(ref: Ref) -> Tenant:
    return Tenant.objects.get(pk=ref.id)


@pytest.mark.parametrize("name", ["www", "ops", "admin", "api", "mail", "status", "login"])
def test_these_names_are_ours(name: str) -> None:
    with pytest.raises(ValidationError, match="reserved"):
        validate_subdomain(name)
