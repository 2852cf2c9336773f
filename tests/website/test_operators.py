"""The operators' workspace: made once, by whoever comes first."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from threading import Barrier, Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client

from app.access.models import User
from tenants.context import use_control, use_tenant
from tenants.models import Removal, Tenant
from tenants.removal import NotRemovable, ask_for_removal
from tenants.routing import HOSTS, ref_of
from tests import planes

PASSWORD = "leaves of green"


def create(email: str, password: str = PASSWORD, **more: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("create_operator", email=email, password=password, stdout=out, stderr=err, **more)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def own_planes(django_db_setup: planes.Pair, django_db_blocker):
    """Databases of one's own: the fleet has one operators' workspace for good."""
    with django_db_blocker.unblock():
        pair = planes.copy(planes.templates(), "operators")
        with planes.using(pair):
            yield
        planes.drop(pair)
        HOSTS.clear()


@pytest.fixture
def pool(own_planes: None) -> None:
    from tenants.provisioning import run_once

    run_once(pool_size=1)


def operators() -> Tenant:
    with use_control():
        return Tenant.objects.get(is_operator=True)


def people() -> dict[str, str]:
    with use_tenant(ref_of(operators())):
        return {str(one.email): one.role for one in User.objects.filter(has_seat=True)}


def test_the_first_operator_owns_the_workspace_and_the_next_administer_it(pool):
    assert create("ann@ops.example") == ("http://ops.localhost:8000/\n", "")
    create("ben@ops.example", name="Ben Beech")
    assert people() == {"ann@ops.example": "owner", "ben@ops.example": "administrator"}
    client = Client(headers={"host": "ops.localhost:8000"})
    client.post("/login/", {"email": "ben@ops.example", "password": PASSWORD})
    assert client.get("/console/").status_code == 200
    page = client.get("/console/workspaces/?q=acm")
    assert page.status_code == 200
    assert "Acme" in page.content.decode()
    assert 'href="/console/"' in client.get("/").content.decode()


def test_given_again_nothing_happens_and_it_says_so(pool):
    create("ann@ops.example")
    out, err = create("ann@ops.example", "another pass phrase")
    assert out == "http://ops.localhost:8000/\n"
    assert "stays" in err
    client = Client(headers={"host": "ops.localhost:8000"})
    login = {"email": "ann@ops.example", "password": "another pass phrase"}
    assert client.post("/login/", login).status_code == 200
    assert client.post("/login/", login | {"password": PASSWORD})["Location"] == "/"


def test_two_at_once_make_one_workspace_with_both(pool):
    gate, faults = Barrier(2), []

    def run(email: str) -> None:
        gate.wait()
        try:
            create(email)
        except Exception as error:
            faults.append(error)
        finally:
            connections.close_all()

    both = [Thread(target=run, args=(f"{name}@ops.example",)) for name in ("ann", "ben")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert not faults
    assert sorted(people().values()) == ["administrator", "owner"]


def test_an_operators_workspace_that_was_cut_off_is_finished(pool):
    from app.website import operators as module

    module._opened(module.Newcomer("ann@ops.example", PASSWORD, "Ann"))
    assert operators().status == Tenant.Status.PROVISIONING
    create("ann@ops.example")
    assert operators().status == Tenant.Status.ACTIVE
    assert people() == {"ann@ops.example": "owner"}


@pytest.mark.parametrize(
    ("email", "password", "words"),
    [("nobody", PASSWORD, "email:"), ("a@b.example", "password", "password:")],
)
def test_nonsense_is_refused_with_the_field_and_nothing_is_made(own_planes, email, password, words):
    with pytest.raises(CommandError, match=words):
        create(email, password)
    with use_control():
        assert not Tenant.objects.filter(is_operator=True).exists()


def test_somebody_who_only_reads_there_is_not_promoted_in_passing(pool):
    create("ann@ops.example")
    with use_tenant(ref_of(operators())):
        User.objects.create_user("eve@ops.example", PASSWORD, name="Eve", role="read-only")
    with pytest.raises(CommandError, match="does not run it"):
        create("eve@ops.example")


def test_an_address_of_a_company_is_not_taken_over(own_planes, settings):
    settings.OPERATORS_SUBDOMAIN = "acme"
    with pytest.raises(CommandError, match="OPERATORS_SUBDOMAIN"):
        create("ann@ops.example")


def test_no_company_may_take_the_operators_address(own_planes, settings):
    settings.OPERATORS_SUBDOMAIN = "headquarters"
    with pytest.raises(CommandError, match="subdomain"):
        call_command(
            "create_workspace",
            name="X",
            subdomain="headquarters",
            email="a@b.example",
            password=PASSWORD,
        )


def test_it_cannot_be_removed(pool):
    create("ann@ops.example")
    with pytest.raises(NotRemovable):
        ask_for_removal("ops")
    with use_control():
        assert not Removal.objects.exists()


def test_there_is_no_console_at_other_hosts(own_planes: None, pool: Callable[[], None]):
    create("ann@ops.example")
    with use_tenant(planes.ref_at("acme")):
        alice = User.objects.get(email="alice@acme.example")
    client = Client(headers={"host": "acme.localhost:8000"})
    with use_tenant(planes.ref_at("acme")):
        client.force_login(alice, backend="app.access.backends.SeatBackend")
    assert client.get("/console/").status_code == 404
    assert "/console/" not in client.get("/").content.decode()
    assert Client(headers={"host": "localhost:8000"}).get("/console/").status_code == 404
