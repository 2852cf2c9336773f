"""Imports over HTTP: upload, progress, errors, undo; and who may."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from app.access.tokens import make_token
from app.imports.models import Import
from app.imports.running import run
from app.imports.undoing import undo
from app.sales.accounts import Account
from tenants.context import Ref, use_tenant

FILE = b"id,name,sector\n1,Acme,steel\n2,,wood\n3,=1+1,glass\n3,Again,glass\n"
Ask = Callable[..., Any]


@pytest.fixture
def ask(two: tuple[Ref, Ref]) -> Ask:
    """Requests with a person's token; jobs run when they are waited for."""

    def request(user: Any, method: str, path: str, *, ref: Ref = two[0], **data: Any) -> Any:
        with use_tenant(ref):
            _token, secret = make_token(user, name="test")
        host = f"{ref.subdomain}.localhost:8000"
        client = Client(headers={"host": host, "authorization": f"Bearer {secret}"})
        return getattr(client, method)(f"/api/v1/imports{path}", data or None)

    return request


def upload(data: bytes = FILE, **more: str) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("a.csv", data), "entity": "accounts", "mode": "apply"} | more


def finish(ref: Ref, answer: Any) -> int:
    """Do what the worker would."""
    assert answer.status_code == 202, answer.content
    pk: int = answer.json()["id"]
    with use_tenant(ref):
        (undo if Import.objects.get(pk=pk).undo else run)(pk)
    return pk


def test_a_file_is_imported_checked_reported_and_undone(
    two: tuple[Ref, Ref], alice: Any, ask: Ask
) -> None:
    answer = ask(alice, "post", "", **upload())
    assert answer.json()["status"] == "queued"
    pk = finish(two[0], answer)
    told = ask(alice, "get", f"/{pk}").json()
    assert told["status"] == "done"
    counts = [told[name] for name in ("rows", "created", "updated", "skipped", "failed")]
    assert counts == [4, 2, 0, 0, 2]
    errors = b"".join(ask(alice, "get", f"/{pk}/errors").streaming_content).decode("utf-8-sig")
    assert [line.split(",")[:3] for line in errors.split("\r\n")[1:3]] == [
        ["3", "2", ""],
        ["5", "3", "Again"],
    ]
    finish(two[0], ask(alice, "post", f"/{pk}/undo"))
    told = ask(alice, "get", f"/{pk}").json()
    assert (told["status"], told["undo"]["status"], told["undo"]["undone"]) == ("done", "done", 2)
    assert ask(alice, "post", f"/{pk}/undo").status_code == 409


def test_formulas_are_neutralised_in_the_error_file(
    two: tuple[Ref, Ref], alice: Any, ask: Ask
) -> None:
    data = b'id,name,founded\n1,=cmd|A0,x\n2,@SUM(1),x\n3,+1,x\n4,-1,x\n5,"\t=1",x\n'
    pk = finish(two[0], ask(alice, "post", "", **upload(data)))
    lines = b"".join(ask(alice, "get", f"/{pk}/errors").streaming_content).decode("utf-8-sig")
    cells = [line.split(",")[2] for line in lines.strip().split("\r\n")[1:]]
    assert [cell.strip('"')[0] for cell in cells] == ["'"] * 5


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"entity": "nothing"}, "entity"),
        ({"mode": "later"}, "mode"),
        ({"mapping": "{"}, "mapping"),
        ({"mapping": json.dumps({"columns": {"Nope": "name"}})}, "columns.Nope"),
        ({"mapping": json.dumps({"columns": {"name": "nope"}})}, "columns.name"),
        ({"mapping": json.dumps({"columns": {"id": "external_id"}})}, "name"),
        ({"mapping": json.dumps({"columns": {"name": "name"}, "key": "email"})}, "key"),
    ],
)
def test_what_is_wrong_is_named(alice: Any, ask: Ask, change: dict[str, str], field: str) -> None:
    answer = ask(alice, "post", "", **upload(**change))
    assert answer.status_code == 422
    assert field in answer.json()["errors"]


def test_dates_that_read_two_ways_are_asked_about(alice: Any, ask: Ask) -> None:
    data = b"opportunity_id,close_date,account\n1,01/02/2026,\n2,03/04/2026,\n"
    answer = ask(alice, "post", "", **upload(data, entity="deals"))
    assert answer.status_code == 422
    message = answer.json()["errors"]["columns.close_date"][0]
    assert "%d/%m/%Y" in message
    assert "%m/%d/%Y" in message


def test_sales_and_read_only_may_not_import(bob: Any, rita: Any, ask: Ask) -> None:
    for user in (bob, rita):
        assert ask(user, "post", "", **upload()).status_code == 403


def test_an_import_is_hidden_from_others(
    two: tuple[Ref, Ref], alice: Any, dora: Any, mallory: Any, ask: Ask
) -> None:
    pk = finish(two[0], ask(alice, "post", "", **upload()))
    for path in (f"/{pk}", f"/{pk}/errors", f"/{pk}/unknown"):
        assert ask(dora, "get", path).status_code == 404
        assert ask(mallory, "get", path, ref=two[1]).status_code == 404
    assert ask(dora, "post", f"/{pk}/undo").status_code == 404
    assert ask(dora, "get", "").json()["results"] == []
    own = finish(two[0], ask(dora, "post", "", **upload(b"name\nX\n")))
    assert ask(alice, "get", f"/{own}").json()["created"] == 1


def test_an_unmarked_mode_writes_nothing(two: tuple[Ref, Ref], alice: Any, ask: Ask) -> None:
    assert ask(alice, "post", "", **upload(mode="")).status_code == 422
    finish(two[0], ask(alice, "post", "", **upload(mode="dry_run")))
    with use_tenant(two[0]):
        assert not Account.objects.exists()
