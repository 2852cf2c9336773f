from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from app.access.models import Team, User, Workspace
from app.access.tokens import actor_of_token
from tenants.context import Ref, use_tenant
from tests.planes import ref_at
from tests.seeding import PASSWORD


def run(command: str, /, **options: str) -> str:
    out = StringIO()
    call_command(command, stdout=out, **options)
    return out.getvalue()


def test_a_workspace_is_made_ready_to_sign_in(pool: Callable[[int], None]) -> None:
    pool(1)
    name = f"cmd-{uuid4().hex[:8]}"
    out = run(
        "create_workspace",
        name="Command & Co",
        subdomain=name,
        email=f"boss@{name}.example",
        password="leaves of green",
        plan="team",
    )
    assert out == f"http://{name}.localhost:8000/\n"
    client = Client(headers={"host": f"{name}.localhost:8000"})
    data = {"email": f"boss@{name}.example", "password": "leaves of green"}
    assert client.post("/login/", data)["Location"] == "/"
    with use_tenant(ref_at(name)):
        assert Workspace.objects.get().email_verified_at is not None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"subdomain": "www"}, "subdomain"),
        ({"subdomain": "acme"}, "taken"),
        ({"password": "password"}, "password"),
        ({"email": "nobody"}, "email"),
    ],
)
def test_a_workspace_that_cannot_be_is_refused(change: dict[str, str], words: str) -> None:
    options = {
        "name": "Acme",
        "subdomain": "quite-new",
        "email": "a@b.example",
        "password": "leaves of green",
    }
    with pytest.raises(CommandError, match=words):
        run("create_workspace", **(options | change))


def test_a_token_stands_alone_on_its_line(two: tuple[Ref, Ref], bob: User) -> None:
    out = run("create_api_token", workspace="acme", email="BOB@acme.example")
    with use_tenant(two[0]):
        actor = actor_of_token(out.removesuffix("\n"))
    assert actor is not None
    assert actor.user_id == bob.pk


@pytest.mark.parametrize(
    ("workspace", "email"), [("nowhere", "bob@acme.example"), ("acme", "who@acme.example")]
)
def test_a_token_for_nobody_is_refused(two: tuple[Ref, Ref], workspace: str, email: str) -> None:
    with pytest.raises(CommandError):
        run("create_api_token", workspace=workspace, email=email)


def test_a_person_is_made_ready_to_sign_in(
    two: tuple[Ref, Ref], browser: Callable[..., Client]
) -> None:
    for number, team in enumerate(("South", "west", "West")):
        run(
            "create_person",
            workspace="acme",
            email=f"p{number}@acme.example",
            password=PASSWORD,
            role="manager",
            team=team,
        )
    data = {"email": "p0@acme.example", "password": PASSWORD}
    assert browser().post("/login/", data)["Location"] == "/"
    with use_tenant(two[0]):
        teams = User.objects.filter(email__startswith="p").values_list("team__name", flat=True)
        assert sorted(teams) == ["South", "west", "west"]
        assert Team.objects.count() == 3


def test_a_person_whose_address_is_taken_is_refused(two: tuple[Ref, Ref]) -> None:
    with pytest.raises(CommandError):
        run(
            "create_person",
            workspace="acme",
            email="bob@acme.example",
            password=PASSWORD,
            role="sales",
        )
