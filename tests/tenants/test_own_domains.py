"""A workspace answers at its company's own domain, and nobody else's does."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tenants.context import Ref, use_control
from tenants.domains import DomainRefused, add_domain, remove_domain
from tenants.models import Domain, Tenant
from tenants.routing import HOSTS
from tests.conftest import sign_in

OURS, THEIRS = "crm.acme.test", "crm.globex.test"


@pytest.fixture(autouse=True)
def own_domains(two: tuple[Ref, Ref], settings: Any) -> Iterator[None]:
    settings.OWN_DOMAINS = [OURS, THEIRS]
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, OURS, THEIRS]
    add_domain("acme", OURS)
    add_domain("globex", THEIRS)
    yield
    HOSTS.clear()


def at(host: str, **headers: str) -> Client:
    HOSTS.clear()
    return Client(headers={"host": host, **headers})


@pytest.mark.parametrize("host", [OURS, "CRM.Acme.Test", f"{OURS}:8443", f"{OURS}."])
def test_the_workspace_answers_there_however_the_name_is_written(host: str) -> None:
    answer = at(host).get("/login/")
    assert answer.status_code == 200
    assert answer.wsgi_request.tenant.subdomain == "acme"


@pytest.mark.parametrize(
    "host",
    [
        "crm.acme.test.evil.test",
        "evil.crm.acme.test",
        "acme.test",
        "crm.acme.test@evil.test",
        "crm.acme.test evil.test",
        "evil.test",
        "127.0.0.1",
        "",
    ],
)
def test_a_host_that_only_looks_like_it_is_not_found(host: str) -> None:
    assert at(host).get("/login/").status_code == 404


def test_what_a_proxy_was_told_by_the_visitor_does_not_count() -> None:
    client = at(OURS, x_forwarded_host=THEIRS, forwarded=f"host={THEIRS}")
    assert client.get("/login/").wsgi_request.tenant.subdomain == "acme"


def test_a_row_alone_opens_nothing(settings: Any) -> None:
    settings.ALLOWED_HOSTS = [one for one in settings.ALLOWED_HOSTS if one != OURS]
    assert at(OURS).get("/login/").status_code == 404
    assert at(THEIRS).get("/login/").status_code == 200


def test_a_name_in_the_environment_alone_opens_nothing() -> None:
    remove_domain("acme", OURS)
    assert at(OURS).get("/login/").status_code == 404


def test_a_session_of_one_company_is_nothing_at_the_domain_of_another(
    two: tuple[Ref, Ref], alice: Any
) -> None:
    client = at(OURS)
    sign_in(client, alice, ref=two[0])
    assert client.get("/accounts/").status_code == 200
    foreign = client.get("/accounts/", headers={"host": THEIRS})
    assert foreign.status_code == 302
    assert foreign["Location"].startswith("/login/")


def test_cookies_belong_to_the_host_that_set_them(two: tuple[Ref, Ref], alice: Any) -> None:
    client = at(OURS)
    sign_in(client, alice, ref=two[0])
    answer = client.get("/login/")
    assert [cookie["domain"] for cookie in answer.cookies.values() if cookie["domain"]] == []


def test_a_form_of_another_host_is_refused(two: tuple[Ref, Ref], alice: Any) -> None:
    client = Client(enforce_csrf_checks=True, headers={"host": OURS})
    sign_in(client, alice, ref=two[0])
    client.get("/settings/profile/")
    sent = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    for origin in (f"http://{THEIRS}", "http://acme.localhost:8000"):
        answer = client.post("/logout/", sent, headers={"origin": origin})
        assert answer.status_code == 403
    own = client.post("/logout/", sent, headers={"origin": f"http://{OURS}"})
    assert own.status_code != 403


def test_a_stopped_workspace_is_stopped_there_too(two: tuple[Ref, Ref]) -> None:
    with use_control():
        Tenant.objects.filter(pk=two[0].id).update(status=Tenant.Status.CLOSED)
    assert at(OURS).get("/login/").status_code == 404


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("localhost", "is no name"),
        ("shop.localhost", "under localhost"),
        ("globex.localhost", "under localhost"),
        ("CRM.acme.test", "lowercase"),
        ("crm.acme.test:8443", "without port"),
        ("127.0.0.1", "is no name"),
        ("*.acme.test", "is no name"),
        (".acme.test", "is no name"),
        ("crm.acme.test.", "is no name"),
        ("crm..test", "is no name"),
        ("-crm.acme.test", "is no name"),
        (f"{'a' * 64}.test", "is no name"),
        ("https://crm.acme.test", "is no name"),
        ("crm.acme.test\n", "is no name"),
        (THEIRS, "another workspace"),
    ],
)
def test_such_a_domain_is_not_given(host: str, why: str) -> None:
    with pytest.raises(DomainRefused, match=why):
        add_domain("acme", host)


def test_nobody_takes_away_the_domain_of_another_nor_the_address_itself() -> None:
    for host in (THEIRS, "acme.localhost"):
        with pytest.raises(DomainRefused, match="no domain of 'acme'"):
            remove_domain("acme", host)


def test_the_commands_say_what_is_missing() -> None:
    out, err = StringIO(), StringIO()
    call_command("add_domain", "acme", "new.acme.test", stdout=out, stderr=err)
    call_command("add_domain", "acme", "new.acme.test", stdout=out, stderr=err)
    assert "acme answers at new.acme.test" in out.getvalue()
    assert "OWN_DOMAINS" in err.getvalue()
    with use_control():
        assert Domain.objects.filter(domain="new.acme.test").count() == 1
    call_command("remove_domain", "acme", "new.acme.test", stdout=out)
    with pytest.raises(CommandError, match="no workspace 'nobody'"):
        call_command("add_domain", "nobody", "new.acme.test")
