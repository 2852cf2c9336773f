"""What every test stands on: two workspaces with equal keys, and fresh ones for what commits."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tenants.context import Ref, use_control, use_tenant
from tests import planes

pytest_plugins = [
    "tests.people",
    "tests.storage",
    "tests.live",
    "tests.payments",
    "tests.isolation.fixtures",
]
DATABASES = ["default", "control"]
#: Fixtures whose writes commit: no transaction may be around the test.
COMMITTING = {"fresh", "open_fresh", "live"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that touch the planes get both of them in one transaction each."""
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        if names & COMMITTING:
            continue
        if "two" in names or "db" in names or item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db(databases=DATABASES), append=False)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[planes.Pair]:
    """A copy of the two template databases for this process."""
    with django_db_blocker.unblock():
        pair = planes.copy(planes.templates(), _worker())
        planes.point_at(pair)
        yield pair
        planes.drop(pair)


@pytest.fixture(scope="session")
def _kept_sequences(django_db_setup: planes.Pair) -> Iterator[Any]:
    from tenants.addresses import connect_owner

    with connect_owner() as owner:
        yield owner, planes.sequences(owner)


@pytest.fixture(autouse=True)
def _equal_keys(request: pytest.FixtureRequest) -> None:
    """Sequences do not roll back: set them back before a test that writes."""
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        planes.reset_sequences(*request.getfixturevalue("_kept_sequences"))


@pytest.fixture
def two(_equal_keys: None, db: None) -> tuple[Ref, Ref]:
    """The workspaces acme and globex; everything in them has equal primary keys."""
    return planes.ref_at("acme"), planes.ref_at("globex")


@pytest.fixture
def workspace(two: tuple[Ref, Ref]) -> Iterator[Ref]:
    """The whole test runs inside the first workspace."""
    with use_tenant(two[0]) as ref:
        yield ref


@pytest.fixture
def other(two: tuple[Ref, Ref]) -> Ref:
    """The other workspace."""
    return two[1]


@pytest.fixture
def control(db: None) -> Iterator[None]:
    """The whole test runs in the control plane."""
    with use_control():
        yield


@pytest.fixture
def browser(two: tuple[Ref, Ref]) -> Callable[..., Client]:
    """A browser at a workspace's host: ``browser(alice)``, ``browser(ref=two[1])``."""

    def open_browser(user: Any = None, *, ref: Ref = two[0]) -> Client:
        client = Client(headers={"host": f"{ref.subdomain}.localhost:8000"})
        if user is not None:
            sign_in(client, user, ref=ref)
        return client

    return open_browser


def sign_in(client: Client, user: Any, *, ref: Ref) -> None:
    """Give the browser a session of ``user`` in the workspace ``ref``."""
    with use_tenant(ref):
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])


@pytest.fixture
def public() -> Client:
    """A browser at the public site."""
    return Client(headers={"host": "localhost:8000"})


_numbers = count(1)


@pytest.fixture
def open_fresh(django_db_setup: Any, django_db_blocker: Any) -> Iterator[Callable[[], Ref]]:
    """Make workspaces of one's own, for tests that commit; nothing is cleaned."""

    def make() -> Ref:
        name = f"fresh-{_worker()}-{next(_numbers)}"
        return planes.open_seeded(name.title(), name, "Fiona Fir")

    with django_db_blocker.unblock():
        yield make
        from django.db import connections

        connections.close_all()


@pytest.fixture
def fresh(open_fresh: Callable[[], Ref]) -> Ref:
    """One workspace of one's own, with people, for a test that commits."""
    return open_fresh()


def _worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", f"main{os.getpid()}")
