from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from app.access.actors import load_actor
from app.access.models import User
from app.records import changes
from app.records.registry import get
from tenants.context import Ref, use_tenant

Browser = Callable[..., Client]


@pytest.fixture
def sales(two: tuple[Ref, Ref], alice: User) -> Any:
    """A pipeline with the stages New, Won and Lost."""
    with use_tenant(two[0]):
        actor = load_actor(alice.pk)
        assert actor is not None
        row = changes.create(get("pipelines"), {"name": "Sales"}, actor=actor)
        for position, (name, kind) in enumerate(
            (("New", "open"), ("Won", "won"), ("Lost", "lost"))
        ):
            values = {"name": name, "kind": kind, "position": position, "pipeline_id": row.pk}
            changes.create(get("stages"), values, actor=actor)
    return row


def stages(ref: Ref, pipeline: Any) -> list[Any]:
    with use_tenant(ref):
        rows = get("stages").model._default_manager.filter(pipeline_id=pipeline.pk, deleted_at=None)
        return list(rows.order_by("position", "id"))


def named(ref: Ref, pipeline: Any, name: str) -> Any:
    return next(stage for stage in stages(ref, pipeline) if stage.name == name)


def test_a_pipeline_is_added_and_named(browser: Browser, two: tuple[Ref, Ref], alice: User) -> None:
    client = browser(alice)
    answer = client.post("/settings/pipelines/", {"name": "Renewals"})
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "Renewals" in page
    assert "No stages yet" in page


def test_a_stage_is_added_at_the_end(
    browser: Browser, two: tuple[Ref, Ref], alice: User, sales: Any
) -> None:
    data = {"name": "Engaging", "kind": "open", "probability": "40"}
    browser(alice).post(f"/settings/pipelines/{sales.pk}/stages/", data)
    last = stages(two[0], sales)[-1]
    assert (last.name, last.kind, last.probability, last.position) == ("Engaging", "open", 40, 3)


def test_a_stage_is_renamed_and_its_kind_sets_the_chance(
    browser: Browser, two: tuple[Ref, Ref], alice: User, sales: Any
) -> None:
    stage = named(two[0], sales, "New")
    data = {"name": "Signed", "kind": "won", "probability": "10", "version": stage.version}
    browser(alice).post(f"/settings/stages/{stage.pk}/", data)
    kept = named(two[0], sales, "Signed")
    assert (kept.kind, kept.probability) == ("won", 100)


def test_stages_change_places(
    browser: Browser, two: tuple[Ref, Ref], alice: User, sales: Any
) -> None:
    client = browser(alice)
    lost = named(two[0], sales, "Lost")
    client.post(f"/settings/stages/{lost.pk}/", {"move": "up"})
    assert [stage.name for stage in stages(two[0], sales)] == ["New", "Lost", "Won"]
    client.post(f"/settings/stages/{lost.pk}/", {"move": "down"})
    client.post(f"/settings/stages/{lost.pk}/", {"move": "down"})
    assert [stage.name for stage in stages(two[0], sales)] == ["New", "Won", "Lost"]


def test_a_stage_is_deleted(
    browser: Browser, two: tuple[Ref, Ref], alice: User, sales: Any
) -> None:
    lost = named(two[0], sales, "Lost")
    data = {"delete": "1", "version": lost.version}
    browser(alice).post(f"/settings/stages/{lost.pk}/", data)
    assert [stage.name for stage in stages(two[0], sales)] == ["New", "Won"]


def test_a_stage_with_deals_stays(
    browser: Browser, two: tuple[Ref, Ref], alice: User, sales: Any
) -> None:
    stage = named(two[0], sales, "New")
    with use_tenant(two[0]):
        actor = load_actor(alice.pk)
        assert actor is not None
        values = {"name": "Big one", "pipeline_id": sales.pk, "stage_id": stage.pk}
        changes.create(get("deals"), values, actor=actor)
    data = {"delete": "1", "version": stage.version}
    answer = browser(alice).post(f"/settings/stages/{stage.pk}/", data, follow=True)
    assert "depend on it" in answer.content.decode()
    assert len(stages(two[0], sales)) == 3


def test_two_stages_of_one_name_are_refused(
    browser: Browser, two: tuple[Ref, Ref], alice: User, sales: Any
) -> None:
    data = {"name": "New", "kind": "open", "probability": "40"}
    answer = browser(alice).post(f"/settings/pipelines/{sales.pk}/stages/", data, follow=True)
    assert len(stages(two[0], sales)) == 3
    assert "stage of this name already" in answer.content.decode()


def test_who_saves_last_is_told_of_who_saved_before(
    browser: Browser, two: tuple[Ref, Ref], alice: User, sales: Any
) -> None:
    stage = named(two[0], sales, "New")
    data = {"kind": "open", "probability": "10", "version": stage.version}
    client = browser(alice)
    client.post(f"/settings/stages/{stage.pk}/", {**data, "name": "First"})
    answer = client.post(f"/settings/stages/{stage.pk}/", {**data, "name": "Second"}, follow=True)
    assert "Somebody else changed it meanwhile" in answer.content.decode()
    assert stages(two[0], sales)[0].name == "First"


def test_one_pipeline_is_the_default(
    browser: Browser, two: tuple[Ref, Ref], alice: User, sales: Any
) -> None:
    client = browser(alice)
    other = client.post("/settings/pipelines/", {"name": "Renewals"})["Location"]
    for path in (f"/settings/pipelines/{sales.pk}/", other):
        with use_tenant(two[0]):
            pk = int(path.split("/")[-2])
            row = get("pipelines").model._default_manager.get(pk=pk)
        client.post(path, {"name": row.name, "version": row.version, "is_default": "1"})
    with use_tenant(two[0]):
        chosen = get("pipelines").model._default_manager.filter(is_default=True)
        assert [row.name for row in chosen] == ["Renewals"]


@pytest.mark.parametrize("name", ["bob", "dora", "rita"])
def test_stages_are_kept_by_administrators_only(
    browser: Browser, two: tuple[Ref, Ref], request: pytest.FixtureRequest, name: str, sales: Any
) -> None:
    stage = named(two[0], sales, "New")
    client = browser(request.getfixturevalue(name))
    assert client.post(f"/settings/stages/{stage.pk}/", {"delete": "1"}).status_code == 403
    assert client.post(f"/settings/pipelines/{sales.pk}/stages/", {"name": "X"}).status_code == 403
    assert len(stages(two[0], sales)) == 3


def test_a_pipeline_of_another_workspace_is_not_there(
    browser: Browser, two: tuple[Ref, Ref], mallory: User, sales: Any
) -> None:
    client = browser(mallory, ref=two[1])
    assert client.get(f"/settings/pipelines/{sales.pk}/").status_code == 404
    assert client.post(f"/settings/pipelines/{sales.pk}/", {"name": "X"}).status_code == 404
