"""A worker dies in the middle of an import, and of its undo: nothing is lost, nothing doubled."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import time
from typing import Any

import pytest

from local.book import book
from tests.e2e.plain import Api, Plain, multipart
from tests.server import ROOT

MAPPING = {
    "columns": {
        "opportunity_id": "external_id",
        "sales_agent": {"field": "owner", "unknown": "create"},
        "close_value": "amount",
    },
    "compose": {"name": "Deal {opportunity_id}"},
    "key": "external_id",
}
TIMES = 3  #: the book is repeated, so that an import is long enough to be killed in


def long_book() -> tuple[bytes, int]:
    """The deals several times over, each time with ids of its own."""
    head, *lines = book().deals.decode().strip().splitlines()
    rows = [f"{turn}{line}" for turn in range(TIMES) for line in lines]
    return "\r\n".join([head, *rows]).encode(), len(rows)


@pytest.fixture(scope="module")
def api(live: Any) -> Api:
    """A workspace made by the commands of the contract."""
    name = f"killed{secrets.token_hex(3)}"
    address = f"kim@{name}.example"
    made = ("--name", "Killed", "--subdomain", name, "--email", address)
    command(live, "create_workspace", *made, "--password", "a-long-pass-phrase")
    token = command(live, "create_api_token", "--workspace", name, "--email", address)
    return Api(Plain(live.port), f"{name}.localhost", token.strip().splitlines()[-1])


def command(live: Any, *words: str) -> str:
    """What a management command prints."""
    environ = {k: v for k, v in live.environ.items() if k != "ADMIN_DATABASE_URL"}
    arguments = [sys.executable, "-W", "ignore", "manage.py", *words]
    return subprocess.run(
        arguments, cwd=ROOT, env=environ, check=True, capture_output=True, text=True
    ).stdout


def wait_until(reached: Any, *, seconds: float = 120) -> None:
    """Look again and again."""
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, "it did not come that far"
        time.sleep(0.02)


def test_a_killed_import_goes_on_by_itself_and_so_does_its_undo(live: Any, api: Api) -> None:
    data, rows = long_book()
    body, kind = multipart(
        {"entity": "deals", "mode": "apply", "mapping": json.dumps(MAPPING)},
        name="deals.csv",
        data=data,
    )
    given = {"Authorization": f"Bearer {api.token}", "Content-Type": kind}
    answer = api.plain.send("POST", api.host, "/api/v1/imports", body=body, headers=given)
    assert answer.status in (200, 201, 202), answer.text
    pk = answer.json["id"]

    def state() -> dict[str, Any]:
        made: dict[str, Any] = api.call("GET", f"imports/{pk}").json
        return made

    wait_until(lambda: state()["created"] > 0 or state()["status"] == "done")
    live.kill("worker")
    stopped = state()
    live.start("worker")
    done = api.finished(pk)
    assert (done["status"], done["created"], done["failed"]) == ("done", rows, 0), done
    assert stopped["status"] == "running", "the import was over before the worker was killed"
    ids = [deal["external_id"] for deal in api.all("deals")]
    assert len(ids) == len(set(ids)) == rows

    assert api.call("POST", f"imports/{pk}/undo").status in (200, 202)
    wait_until(lambda: (state()["undo"] or {}).get("undone", 0) > 0)
    live.kill("worker")
    live.start("worker")
    undone = api.finished(pk)["undo"]
    assert (undone["undone"], undone["kept"]) == (rows, 0), undone
    assert api.all("deals") == []
    assert [one for one in api.all("people") if not one["email"]] == []
