"""The pages of people, teams, branches and of who sees what."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from app.access.inviting import Guest, invite
from app.access.models import Branch, Role, Team, User, Workspace
from app.access.people import Overtaken, change_person, seal_of
from app.access.tree import place_under
from app.records.models import AuditEntry
from app.setup.people_forms import InviteForm
from tenants.context import use_tenant
from tests.factories import sample
from tests.records.helpers import actor


def test_people_are_found_by_name_address_role_team_and_branch(
    browser: Any, two: Any, alice: Any, bob: Any
) -> None:
    client = browser(alice)
    with use_tenant(two[0]):
        head = Branch.objects.create(name="Head office")
        east = Branch.objects.create(name="East", parent=head)
        Team.objects.filter(name="South").update(branch=east)
        south = Team.objects.get(name="South")
    for query, expected in (
        ("q=birch", {"Bob Birch"}),
        ("q=CHARLIE@", {"Charlie Cedar"}),
        ("role=manager", {"Dora Dogwood"}),
        (f"team={south.pk}", {"Charlie Cedar"}),
        (f"branch={head.pk}", {"Charlie Cedar"}),
        ("q=nobody", set()),
        ("q=%00&role=x&team=y&branch=9999999999999999999999&page=7", everybody(two)),
    ):
        assert names(client.get(f"/settings/people/?{query}")) == expected, query


def names(answer: Any) -> set[str]:
    return set(re.findall(r'<b class="clip">([^<]+)</b>', answer.content.decode()))


def everybody(two: Any) -> set[str]:
    with use_tenant(two[0]):
        return set(User.objects.values_list("name", flat=True))


def test_the_chart_shows_who_stands_under_whom(
    browser: Any, two: Any, alice: Any, bob: Any, charlie: Any, dora: Any, rita: Any
) -> None:
    with use_tenant(two[0]):
        place_under(bob, dora)
        place_under(charlie, bob)
        User.objects.filter(pk=bob.pk).update(is_active=False)
        User.objects.filter(pk=rita.pk).update(is_active=False)
    page = browser(alice).get("/settings/people/chart/").content.decode()
    order = [page.index(f">{name}</a>") for name in ("Dora Dogwood", "Bob Birch", "Charlie Cedar")]
    assert order == sorted(order)
    assert "1 person under" in page
    assert "Rita Rowan" not in page


def test_of_two_tabs_the_second_is_told_and_keeps_what_was_typed(
    browser: Any, two: Any, alice: Any, bob: Any
) -> None:
    client, path = browser(alice), f"/settings/people/{bob.pk}/"
    page = client.get(path).content.decode()
    seal = re.search(r'name="seal" value="(\w+)"', page)
    assert seal is not None
    form = {"name": "Bob First", "role": "sales", "team": "", "manager": "", "seal": seal[1]}
    assert client.post(path, form).status_code == 302
    late = client.post(path, {**form, "name": "Bob Second"})
    assert late.status_code == 412
    text = late.content.decode()
    assert 'value="Bob Second"' in text
    assert "as saved it is: Bob First" in text
    newer = re.search(r'name="seal" value="(\w+)"', text)
    assert newer is not None
    again = client.post(path, {**form, "name": "Bob Second", "seal": newer[1]})
    assert again.status_code == 302


def test_a_seal_breaks_with_the_place_too(workspace: Any, alice: Any, bob: Any, dora: Any) -> None:
    seal = seal_of(bob)
    place_under(bob, dora)
    with pytest.raises(Overtaken):
        change_person(bob, by=actor(alice), name="B", role="sales", team=None, seal=seal)


def test_a_manager_is_chosen_among_those_who_stand_elsewhere(
    browser: Any, two: Any, alice: Any, bob: Any, dora: Any
) -> None:
    client = browser(alice)
    form = {"name": "Dora Dogwood", "role": "manager", "team": "", "manager": bob.pk}
    assert client.post(f"/settings/people/{dora.pk}/", form).status_code == 302
    form = {"name": "Bob Birch", "role": "sales", "team": "", "manager": dora.pk}
    answer = client.post(f"/settings/people/{bob.pk}/", form)
    assert answer.status_code == 422
    assert "would make a circle" in answer.content.decode()
    own = client.post(f"/settings/people/{bob.pk}/", form | {"manager": bob.pk})
    assert own.status_code == 422


def test_branches_are_added_moved_and_kept_while_something_belongs_to_them(
    browser: Any, two: Any, alice: Any
) -> None:
    client = browser(alice)
    client.post("/settings/branches/", {"branch-name": "Head office"})
    with use_tenant(two[0]):
        head = Branch.objects.get()
    client.post("/settings/branches/", {"branch-name": "East", "parent": head.pk})
    again = client.post("/settings/branches/", {"branch-name": "EAST"})
    assert again.status_code == 422
    with use_tenant(two[0]):
        east = Branch.objects.get(name="East")
        assert east.parent == head
        team = Team.objects.get(name="South")
    client.post(f"/settings/teams/{team.pk}/", {"name": "South", "branch": east.pk})
    circle = client.post(
        f"/settings/branches/{head.pk}/",
        {"branch-name": "Renamed", "parent": east.pk},
        follow=True,
    )
    assert "would make a circle" in circle.content.decode()
    for branch in (head, east):
        client.post(f"/settings/branches/{branch.pk}/", {"delete": "1"})
    with use_tenant(two[0]):
        assert set(Branch.objects.values_list("name", flat=True)) == {"Head office", "East"}
        assert Team.objects.get(name="South").branch == east


# --- Who sees what -------------------------------------------------------------------------------
def reach_form(**chosen: str) -> dict[str, str]:
    """What the page sends when nothing is changed but this."""
    groups = ("view", "change", "delete", "export", "assign")
    form = {f"manager.{group}": "team" for group in groups}
    form |= {f"sales.{group}": "own" for group in ("change", "delete", "export")}
    form |= {"sales.view": "team", "sales.assign": "none", "read-only.view": "team"}
    return form | {key.replace("__", "."): value for key, value in chosen.items()}


def test_a_choice_holds_from_the_next_page_on(
    browser: Any, two: Any, alice: Any, bob: Any, charlie: Any
) -> None:
    with use_tenant(two[0]):
        pk = sample("accounts", by=alice, owner=bob).pk
    owner, seller = browser(alice), browser(charlie)
    assert seller.get(f"/accounts/{pk}/").status_code == 404
    assert owner.post("/settings/reach/", reach_form(sales__view="all")).status_code == 302
    assert seller.get(f"/accounts/{pk}/").status_code == 200
    assert seller.get(f"/accounts/{pk}/edit/").status_code == 403
    with use_tenant(two[0]):
        assert Workspace.objects.get().scopes == {
            "sales": {
                "view": "all",
                "change": "own",
                "delete": "own",
                "export": "own",
                "assign": "none",
            }
        }
        entry = AuditEntry.objects.filter(table_name="access_workspace").latest("id")
        assert (entry.event, entry.actor_id) == ("workspace.reach_changed", alice.pk)
    owner.post("/settings/reach/", reach_form())
    assert seller.get(f"/accounts/{pk}/").status_code == 404
    with use_tenant(two[0]):
        assert Workspace.objects.get().scopes == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"sales__change": "all"},
        {"manager__view": "own"},
        {"manager__view": "none"},
        {"manager__view": "everything"},
        {"read-only__export": "all"},
    ],
)
def test_a_choice_beyond_what_is_seen_saves_nothing(
    browser: Any, two: Any, alice: Any, wrong: dict[str, str]
) -> None:
    answer = browser(alice).post("/settings/reach/", reach_form(**wrong))
    assert answer.status_code == 422
    assert "aria-invalid" in answer.content.decode()
    with use_tenant(two[0]):
        assert Workspace.objects.get().scopes == {}


def test_whoever_only_reads_cannot_be_given_more(browser: Any, two: Any, alice: Any) -> None:
    form = {**reach_form(), "read-only.change": "all", "owner.view": "own"}
    browser(alice).post("/settings/reach/", form)
    with use_tenant(two[0]):
        assert Workspace.objects.get().scopes == {}


def test_trying_it_tells_and_changes_nothing(
    browser: Any, two: Any, alice: Any, bob: Any, charlie: Any
) -> None:
    with use_tenant(two[0]):
        for person in (bob, bob, charlie):
            sample("accounts", by=alice, owner=person)
    sent = reach_form(sales__view="own") | {"preview": "1", "person": str(bob.pk)}
    with use_tenant(two[0]):
        sample("accounts", by=alice, owner=alice)
    text = browser(alice).post("/settings/reach/", sent).content.decode()
    row = re.search(r"<tr><th scope=\"row\">Accounts</th>(.*?)</tr>", text)
    assert row is not None
    assert re.findall(r">(\d[^<]*)<", row[1]) == ["3 of 4", "2", "2"]
    with use_tenant(two[0]):
        assert Workspace.objects.get().scopes == {}


# --- Inviting ------------------------------------------------------------------------------------
def test_addresses_are_read_however_people_write_them() -> None:
    text = 'anna@elm.example, Ben Bay <ben@elm.example>；\n "Cy" <cy@elm.example>\n,,'
    form = InviteForm({"email": text, "role": "sales"})
    form.fields.pop("team")
    form.fields.pop("manager")
    assert form.is_valid(), form.errors
    assert form.cleaned_data["email"] == [
        Guest("anna@elm.example"),
        Guest("ben@elm.example", "Ben Bay"),
        Guest("cy@elm.example", "Cy"),
    ]


def test_what_is_no_address_is_named(browser: Any, two: Any, alice: Any) -> None:
    with use_tenant(two[0]):
        Workspace.objects.update(email_verified_at=timezone.now())
    answer = browser(alice).post(
        "/settings/people/invite/", {"email": "anna@elm.example\nben at elm", "role": "sales"}
    )
    assert (answer.status_code, "ben at elm" in answer.content.decode()) == (422, True)


def test_an_unverified_workspace_is_told_what_to_do(browser: Any, alice: Any) -> None:
    page = browser(alice).get("/settings/people/invite/").content.decode()
    assert "/settings/profile/verify/" in page
    assert 'name="email"' not in page


def test_open_invitations_are_listed_sent_again_and_withdrawn(
    browser: Any, two: Any, alice: Any
) -> None:
    with use_tenant(two[0]):
        Workspace.objects.update(email_verified_at=timezone.now())
        guest = Guest("eve@elm.example")
        [made] = invite([guest], by=actor(alice), role=Role.SALES)
    client, at = browser(alice), f"/settings/people/invited/{made.pk}/"
    assert "eve@elm.example" in client.get("/settings/people/invited/").content.decode()
    assert client.post(at, {"resend": "1"}).status_code == 302
    assert client.post(at, {"revoke": "1"}).status_code == 302
    assert client.post(at, {"revoke": "1"}).status_code == 404
    assert "eve@elm.example" not in names(client.get("/settings/people/invited/"))


@pytest.mark.parametrize("name", ["bob", "dora", "rita"])
@pytest.mark.parametrize(
    "page", ["reach/", "people/chart/", "people/invite/", "people/invited/", "people/2/leave/"]
)
def test_these_pages_are_for_who_looks_after_people(
    browser: Any, request: Any, name: str, page: str
) -> None:
    client = browser(request.getfixturevalue(name))
    assert client.get(f"/settings/{page}").status_code == 403
    assert client.post(f"/settings/{page}", {}).status_code in (403, 405)
