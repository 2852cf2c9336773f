"""Charlie, in another team, sees nothing of bob's rows, though his own point at them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from app.access.rights import Audience
from app.records import registry
from tenants.context import use_tenant
from tests.isolation.fixtures import files_of, undone
from tests.isolation.leaks import gives_away
from tests.isolation.surface import Call, text_of
from tests.isolation.world import BOB, CHARLIE, Target, deleted_rows, stamped, token_of
from tests.test_every_url import calls_of, known

SHARED = "Qxsharedxq"


@pytest.fixture
def bobs(two, alice, bob, storage) -> Target:
    """Rows of bob's, also in the recycle bin."""
    with use_tenant(two[0]):
        rows = stamped(by=alice, owner=bob, stamp=BOB, shared=SHARED)
        deleted = deleted_rows(by=alice, owner=bob, stamp=BOB, shared=SHARED)
        files = files_of(bob, record_id=rows["deals"], stamp=BOB)
    return Target(rows, bob.pk, BOB, {"deleted": deleted, **nothing(bob), "files": files})


@pytest.fixture
def charlies(two, bobs, alice, charlie) -> Target:
    """Rows of charlie's that point at bob's rows wherever they can, and did so before, too."""
    with use_tenant(two[0]):
        rows = stamped(by=alice, owner=charlie, stamp=CHARLIE, shared=SHARED, related=bobs.rows)
        second = stamped(by=alice, owner=charlie, stamp=CHARLIE, shared=SHARED, related=bobs.rows)
        deleted = deleted_rows(by=alice, owner=charlie, stamp=CHARLIE, shared=SHARED)
    assert rows.keys() == second.keys()
    return Target(rows, charlie.pk, CHARLIE, {"deleted": deleted, **nothing(charlie)})


def nothing(user: Any) -> dict[str, Any]:
    """Numbers of things that these tests do not touch."""
    names = ["team", "seatless", "token", "import", "draft", "branch", "invitation", "hand_over"]
    names += ["export", "support"]
    files = dict.fromkeys(("there", "gone", "upload"), 999)
    pictures = dict.fromkeys(("picture", "logo"), "0" * 32)
    return {
        "handoff": "x",
        "currency": "USD",
        "files": files,
        **pictures,
        **dict.fromkeys(names, 999),
    }


def owned() -> list[str]:
    """The entities whose rows belong to somebody."""
    return [e.slug for e in registry.all_entities() if e.audience is Audience.OWNED]


def test_bobs_rows_are_not_there_for_charlie_in_any_channel(
    two, bobs, charlies, browser, charlie, send
):
    client, token = browser(charlie), token_of(charlie, ref=two[0])
    named, faults = 0, []
    for entry in known().values():
        for call in calls_of(entry, bobs):
            cookies = client.cookies.copy()
            with undone(two[0]):
                response = send(call, client, token)
                text = text_of(response)
            client.cookies = cookies
            if response.status_code >= 500:
                faults.append(f"{call} answered {response.status_code}")
            if gives_away(unsaid(text, call), BOB):
                faults.append(f"{call} gives bob's stamp away ({response.status_code})")
            if names_bobs_row(call, bobs):
                named += 1
                if response.status_code not in (404, 405):
                    faults.append(f"{call} answered {response.status_code}, not 404")
    assert not faults, "\n".join(faults)
    assert named > 60


def unsaid(text: str, call: Call) -> str:
    """The answer without what the request itself said."""
    if BOB in call.path:
        return text.replace(BOB, "").replace(BOB.lower(), "")
    return text


def names_bobs_row(call: Call, target: Target) -> bool:
    """Whether the path is that of a row of bob's that belongs to him alone."""
    parts = call.path.partition("?")[0].split("/")
    return any(
        slug in parts and str(pk) in parts[parts.index(slug) + 1 : parts.index(slug) + 2]
        for rows in (target.rows, target.other["deleted"])
        for slug, pk in rows.items()
        if slug in owned()
    ) or is_of_files(parts, target)


def is_of_files(parts: list[str], target: Target) -> bool:
    """Whether the path is that of a file on a row of bob's."""
    numbers = {str(target.other["files"][which]) for which in ("there", "gone")}
    return any(one == "files" and two in numbers for one, two in pairwise(parts))


def test_charlies_own_rows_do_not_tell_what_they_point_at(
    two, bobs, charlies, browser, charlie, send
):
    client, token = browser(charlie), token_of(charlie, ref=two[0])
    seen, faults = 0, []
    for entry in known().values():
        for call in calls_of(entry, charlies):
            cookies = client.cookies.copy()
            with undone(two[0]):
                response = send(call, client, token)
                text = text_of(response)
            client.cookies = cookies
            seen += response.status_code == 200 and gives_away(text, CHARLIE)
            if response.status_code >= 500:
                faults.append(f"{call} answered {response.status_code}")
            if gives_away(text, BOB):
                faults.append(f"{call} gives bob's stamp away ({response.status_code})")
    assert not faults, "\n".join(faults)
    assert seen > 40


def test_the_owner_sees_bobs_stamp_in_charlies_rows(two, bobs, charlies, browser, alice, send):
    """What the test above looks for would be there to be seen."""
    token = token_of(alice, ref=two[0])
    response = send(Call("GET", f"/api/v1/deals/{charlies.rows['deals']}"), browser(), token)
    assert gives_away(text_of(response), BOB)
