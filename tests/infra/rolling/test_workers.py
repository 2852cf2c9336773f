"""Workers are replaced and killed while they import: every row is there, once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.plain import Api, Plain, multipart
from tests.infra.rolling.cluster import Deployment, Release
from tests.infra.rolling.conftest import Stack, tell

#: So many imports of so many rows are under way while all workers are replaced, or killed.
IMPORTS, ROWS = 12, 2_500
PATIENCE = 150


@pytest.fixture(scope="module")
def workers(stack: Stack) -> Iterator[Deployment]:
    """The chart's workers, and the scheduler that looks after them."""
    made, scheduler = stack.deployment("worker"), stack.deployment("scheduler")
    try:
        scheduler.run(Release())
        made.run(Release())
        yield made
    finally:
        made.stop()
        scheduler.stop()


def test_no_import_is_lost_while_workers_are_replaced(stack: Stack, workers: Deployment) -> None:
    api = Api(Plain(stack.way_in.port), stack.host, stack.planted.tokens[0])
    ids = _begin(api, "rolled")
    seconds = workers.roll(Release("second"))
    done = _states(api, ids).count("done")
    tell(f"{done} of {IMPORTS} imports were done when the release was, after {seconds:.0f} s")
    _check_done(stack, api, ids, named="rolled")
    assert [pod.ended["killed"] for pod in workers.former] == [0] * workers.workload.replicas


def test_no_import_is_lost_when_all_workers_are_killed(stack: Stack, workers: Deployment) -> None:
    api = Api(Plain(stack.way_in.port), stack.host, stack.planted.tokens[0])
    ids = _begin(api, "killed")
    for pod in workers.pods:
        pod.kill()
    assert _left(stack), "no import was under way"
    for pod in workers.pods:
        pod.start()
    _check_done(stack, api, ids, named="killed")


def _begin(api: Api, named: str) -> list[int]:
    ids = [_upload(api, f"{named} {turn}") for turn in range(IMPORTS)]
    _wait(lambda: "running" in _states(api, ids), "none began")
    return ids


def _check_done(stack: Stack, api: Api, ids: list[int], *, named: str) -> None:
    _wait(lambda: _states(api, ids) == ["done"] * IMPORTS, "some are not done")
    made = [api.call("GET", f"imports/{pk}").json for pk in ids]
    assert [(one["created"], one["failed"]) for one in made] == [(ROWS, 0)] * IMPORTS
    query = "SELECT count(*), count(DISTINCT name) FROM sales_account WHERE name LIKE %s"
    assert stack.planted.rows(query, f"{named} %") == [(IMPORTS * ROWS, IMPORTS * ROWS)]
    assert _left(stack) == []


def _upload(api: Api, named: str) -> int:
    lines = "".join(f"{named}-{row}\r\n" for row in range(ROWS))
    told = {"entity": "accounts", "mode": "apply"}
    body, kind = multipart(told, name="a.csv", data=f"name\r\n{lines}".encode())
    given = {"Authorization": f"Bearer {api.token}", "Content-Type": kind}
    answer = api.plain.send("POST", api.host, "/api/v1/imports", body=body, headers=given)
    assert answer.status == 202, answer.text
    return int(answer.json["id"])


def _states(api: Api, ids: list[int]) -> list[str]:
    rows = {row["id"]: row["status"] for row in api.all("imports")}
    return [rows[pk] for pk in ids]


def _wait(reached: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < end, otherwise
        time.sleep(0.1)


def _left(stack: Stack) -> list[tuple[Any, ...]]:
    return stack.planted.rows(
        "SELECT id, status FROM jobs.procrastinate_jobs WHERE task_name = 'imports.run'"
    )
