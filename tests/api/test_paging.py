"""Reading page by page shows every row exactly once, whatever the order."""

from __future__ import annotations

import pytest

from tests.api.caller import problem

SIZES = (3, None, 1, 3, None, 2, 3, None)


@pytest.fixture
def ids(api) -> set[int]:
    names = ("b", "a", "Ä", "王伟", "a", "c", "B", "")
    return {
        api["bob"].made("/accounts", name=name or "z", employees=size)["id"]
        for name, size in zip(names, SIZES, strict=True)
    }


def walk(caller, query: str) -> list[dict]:
    """All rows of a list, page by page."""
    rows, cursor = [], ""
    for _page in range(20):
        page = caller.get(f"/accounts?{query}&cursor={cursor}" if cursor else f"/accounts?{query}")
        rows += page.json()["results"]
        cursor = page.json()["next"]
        if cursor is None:
            return rows
    raise AssertionError("the list does not end")


@pytest.mark.parametrize("limit", [1, 3, 8, 50])
@pytest.mark.parametrize(
    "sort", ["name", "employees", "created_at", "owner", "parent", "id", "revenue", "city"]
)
def test_every_row_comes_once_in_both_directions(api, ids, sort, limit):
    up = [row["id"] for row in walk(api["bob"], f"sort={sort}&limit={limit}")]
    down = [row["id"] for row in walk(api["bob"], f"sort=-{sort}&limit={limit}")]
    assert len(up) == len(down) == len(ids)
    assert set(up) == set(down) == ids


def test_rows_without_a_value_come_last_in_both_directions(api, ids):
    for sort, order in (("employees", [1, 2, 3, 3, 3]), ("-employees", [3, 3, 3, 2, 1])):
        rows = walk(api["bob"], f"sort={sort}&limit=2")
        assert [row["employees"] for row in rows] == [*order, None, None, None]


def test_rows_that_come_and_go_do_not_shift_the_pages(api, ids):
    first = api["bob"].get("/accounts?sort=id&limit=4").json()
    gone = first["results"][0]["id"]
    assert api["bob"].delete(f"/accounts/{gone}", if_match="1").status_code == 204
    rest = api["bob"].get(f"/accounts?sort=id&limit=50&cursor={first['next']}").json()
    seen = [row["id"] for row in first["results"] + rest["results"]]
    assert sorted(seen) == sorted(ids)


def test_a_cursor_that_was_tampered_with_is_refused(api, ids):
    cursor = api["bob"].get("/accounts?limit=2").json()["next"]
    document = problem(api["bob"].get(f"/accounts?limit=2&cursor={cursor[:-2]}xx"), 422)
    assert set(document["errors"]) == {"cursor"}


def test_a_cursor_of_another_workspace_shows_only_ones_own_rows(api, ids):
    cursor = api["bob"].get("/accounts?limit=2&sort=id").json()["next"]
    assert api["mallory"].get(f"/accounts?limit=2&sort=id&cursor={cursor}").json()["results"] == []


def test_people_are_read_page_by_page(api):
    first = api["bob"].get("/people?limit=3").json()
    rest = api["bob"].get(f"/people?limit=3&cursor={first['next']}").json()
    names = [one["name"] for one in first["results"] + rest["results"]]
    assert (len(names), len(set(names)), rest["next"]) == (5, 5, None)
