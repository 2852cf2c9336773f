"""What a list is narrowed to, and how an unknown filter is refused."""

from __future__ import annotations

import pytest

from tests.api.caller import problem


@pytest.fixture
def rows(api) -> dict[str, int]:
    made = {
        "small": {"employees": 5, "revenue": "10.00", "city": "Paris", "category": "customer"},
        "large": {"employees": 500, "revenue": "99.99", "city": "Köln", "category": "partner"},
        "blank": {},
    }
    return {name: api["bob"].made("/accounts", name=name, **v)["id"] for name, v in made.items()}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", "blank large small"),
        ("employees=5", "small"),
        ("employees__gte=5", "large small"),
        ("employees__lte=5", "small"),
        ("employees__isnull=true", "blank"),
        ("revenue__gte=10.01", "large"),
        ("revenue=10", "small"),
        ("city__contains=par", "small"),
        ("city__isnull=true", "blank"),
        ("city__in=Paris,Köln", "large small"),
        ("category=customer", "small"),
        ("category__in=customer,partner", "large small"),
        ("owner_id=me", "blank large small"),
        ("owner_id__isnull=true", ""),
        ("name=small&employees=5", "small"),
        ("name=small&employees=6", ""),
        ("created_at__gte=2020-01-01", "blank large small"),
        ("created_at__lte=2020-01-01T00:00:00Z", ""),
        ("created_at__gte=1178-11-16T06:46:59-18:35", "blank large small"),
        ("q=small", "small"),
        ("sort=-name", "small large blank"),
        ("sort=employees", "small large blank"),
        ("sort=-employees", "large small blank"),
        ("limit=1", "blank"),
    ],
)
def test_it_finds_exactly(api, rows, query, names):
    found = api["bob"].get(f"/accounts?{query}").json()["results"]
    assert [one["name"] for one in found] == names.split()


@pytest.mark.parametrize(
    "query",
    [
        "nonsense=1",
        "name__regex=x",
        "owner__email=x",
        "owner_id__password=x",
        "category__gte=x",
        "sort_key=x",
        "deleted_at__isnull=false",
        "deleted=true",
        "employees=many",
        "employees__isnull=perhaps",
        "owner_id=bob",
        "created_at__gte=yesterday",
        "created_at__gte=0001-01-01T00:00:00%2B10:00",
        "created_at=9999-12-31",
        "sort=nonsense",
        "sort=custom",
        "limit=0",
        "limit=201",
        "limit=x",
        "cursor=nonsense",
        "page=2",
        "columns=name",
        "name=%00",
    ],
)
def test_what_means_nothing_is_refused_by_name(api, rows, query):
    document = problem(api["bob"].get(f"/accounts?{query}"), 422)
    assert set(document["errors"]) == {query.partition("=")[0]}


def test_all_wrong_parameters_are_named_at_once(api):
    document = problem(api["bob"].get("/accounts?nonsense=1&limit=0&employees=many&page=1"), 422)
    assert set(document["errors"]) == {"nonsense", "limit", "employees", "page"}


def test_beyond_lists_unknown_parameters_are_refused_too(api):
    for path in ("/me?x=1", "/people?x=1", "/search?q=a&x=1"):
        assert set(problem(api["bob"].get(path), 422)["errors"]) == {"x"}
