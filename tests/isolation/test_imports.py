"""An import finds only what its importer sees, and its pages are its importer's."""

from __future__ import annotations

from typing import Any

import pytest

from app.imports.reports import error_rows
from app.records import registry
from tenants.context import use_tenant
from tests.factories import sample
from tests.imports.conftest import actor_of, import_file
from tests.isolation.leaks import gives_away
from tests.isolation.surface import text_of
from tests.isolation.world import ALICE, token_of


def errors(made: Any) -> str:
    """What the file of refused rows says."""
    return "\n".join(",".join(row) for row in error_rows(made))


def test_cells_that_name_rows_of_another_workspace_find_nothing(two, both, mallory):
    keys = f"{ALICE}-0", ALICE, f"{ALICE}@example.com", str(both.rows["accounts"])
    lines = "".join(f"{number},M {number},{key}\n" for number, key in enumerate(keys))
    with use_tenant(two[1]):
        file = f"id,name,account\n{lines}".encode()
        made = import_file(file, "contacts", actor=actor_of(mallory))
        assert (made.created, made.failed) == (0, len(keys))
        contacts = registry.get("contacts").model.objects
        assert not contacts.exists()


@pytest.fixture
def hidden(two, alice, charlie) -> Any:
    """An account of charlie's, whom dora does not see."""
    with use_tenant(two[0]):
        return sample(
            "accounts",
            by=alice,
            owner=charlie,
            name="Qxhiddenxq",
            external_id="hid-1",
            email="hid@example.com",
            city="Qxsecretcity",
        )


def test_a_manager_cannot_point_at_rows_that_he_does_not_see(two, hidden, dora):
    with use_tenant(two[0]):
        cells = ("Nowhere", "Qxhiddenxq", "hid-1", "hid@example.com")
        lines = "".join(f"{number},A,{cell}\n" for number, cell in enumerate(cells))
        made = import_file(f"id,name,account\n{lines}".encode(), "contacts", actor=actor_of(dora))
        assert (made.created, made.failed) == (0, 4)
        assert not gives_away(errors(made), "Qxsecretcity")
        said = [str(line.errors) for line in made.lines.order_by("number")]
    alike = {text.replace(cell, "") for text, cell in zip(said, cells, strict=True)}
    assert len(alike) == 1, "a hidden row is answered otherwise than one that does not exist"


def test_a_manager_cannot_change_a_row_by_its_external_id(two, hidden, dora):
    with use_tenant(two[0]):
        file = b"id,name,city\nhid-1,Taken,Rome\n"
        made = import_file(file, "accounts", actor=actor_of(dora))
        assert (made.created, made.updated, made.failed) == (0, 0, 1)
        hidden.refresh_from_db()
        assert (hidden.name, hidden.city) == ("Qxhiddenxq", "Qxsecretcity")
        assert not gives_away(errors(made), "Qxsecretcity")


def test_nobody_gives_rows_away_by_importing_them(two, dora, charlie):
    with use_tenant(two[0]):
        file = b"id,name,owner\n1,Given,charlie@acme.example\n"
        made = import_file(file, "accounts", actor=actor_of(dora))
        assert (made.created, made.failed) == (0, 1)


@pytest.mark.parametrize("name", ["charlie", "rita", "dora"])
def test_an_import_belongs_to_who_made_it(two, both, request, browser, name, send):
    user = request.getfixturevalue(name)
    client, head = browser(user), {"authorization": f"Bearer {token_of(user, ref=two[0])}"}
    for pk in (both.other["import"], both.other["draft"]):
        for part in ("", "map/", "progress/", "errors/"):
            answer = client.get(f"/settings/imports/{pk}/{part}")
            assert answer.status_code in (403, 404)
            assert not gives_away(text_of(answer), ALICE)
        for part in ("", "/errors", "/unknown"):
            assert client.get(f"/api/v1/imports/{pk}{part}", headers=head).status_code == 404
        for part in ("apply/", "undo/"):
            assert client.post(f"/settings/imports/{pk}/{part}").status_code in (403, 404)
        assert client.post(f"/api/v1/imports/{pk}/undo", headers=head).status_code == 404
    assert client.get("/api/v1/imports", headers=head).json()["results"] == []


def test_the_file_of_refused_rows_runs_no_formula(two, alice, browser):
    with use_tenant(two[0]):
        file = b'id,name,employees\n1,"=HYPERLINK(""http://evil"")",many\n2,@SUM(A1),many\n3,+1,x\n'
        made = import_file(file, "accounts", actor=actor_of(alice))
    assert made.failed == 3
    for way in (f"/settings/imports/{made.pk}/errors/",):
        text = text_of(browser(alice).get(way))
        assert "evil" in text
        for cell in (',"=HYP', ",=HYP", ",@SUM", ",+1", ',"@SUM'):
            assert cell not in text
