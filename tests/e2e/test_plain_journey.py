"""A company signs up, brings its sales book and works in it, by a plain HTTP client."""

from __future__ import annotations

import csv
import io
import re
import secrets
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from local.book import book
from tests.e2e.plain import Api, Plain, mail_to

DEALS: dict[str, Any] = {
    "columns": {
        "opportunity_id": "external_id",
        "sales_agent": {"field": "owner", "unknown": "create"},
        "product": {"field": "product", "values": {"GTXPro": "GTX Pro"}},
        "account": "account",
        "deal_stage": "stage",
        "engage_date": {"field": "engaged_on", "format": "%Y-%m-%d"},
        "close_date": {"field": "close_date", "format": "%Y-%m-%d"},
        "close_value": "amount",
    },
    "compose": {"name": "{account} - {product} - {opportunity_id}"},
    "defaults": {"currency": "USD"},
    "key": "external_id",
}


@pytest.fixture(scope="module")
def company(live: Any) -> dict[str, Any]:
    """A workspace that was signed up, verified and given a token, by forms alone."""
    plain, name = Plain(live.port), f"plain{secrets.token_hex(3)}"
    host, address = f"{name}.localhost", f"olga@{name}.example"
    values = {
        "company": "Plain & Söhne",
        "subdomain": name,
        "full_name": "Olga Plain",
        "email": address,
        "password": "a-long-pass-phrase",
        "plan": "team",
    }
    home = plain.post("localhost", "/signup/", values)
    assert (home.status, home.host, home.path) == (200, host, "/")
    letter = mail_to(live.mail, address)
    link = re.search(r"http://[^/]+(/\S+)", letter)
    assert link, letter
    confirm = plain.get(host, link[1])
    if "csrfmiddlewaretoken" in confirm.text and confirm.path == link[1]:
        plain.post(host, link[1], {})
    page = plain.post(host, "/settings/tokens/", {"name": "journey"})
    token = re.search(r"clt_[A-Za-z0-9]{40}", page.text)
    assert token, page.text[:2000]
    return {"plain": plain, "host": host, "api": Api(plain, host, token[0]), "mail": live.mail}


@pytest.fixture(scope="module")
def imported(company: dict[str, Any]) -> dict[str, Any]:
    """The pipeline is made, the three files are in."""
    api, files = company["api"], book()
    pipeline = api.call("POST", "pipelines", {"name": "B2B"}).json
    for place, (name, kind) in enumerate(
        (("Prospecting", "open"), ("Engaging", "open"), ("Won", "won"), ("Lost", "lost"))
    ):
        stage = {"name": name, "kind": kind, "pipeline_id": pipeline["id"], "position": place}
        assert api.call("POST", "stages", stage).status == 201
    accounts = api.upload("accounts", files.accounts, mode="apply")
    products = api.upload("products", files.products, mode="apply")
    declined = api.upload(
        "deals",
        files.deals,
        mode="dry_run",
        mapping={
            **DEALS,
            "columns": {**DEALS["columns"], "product": {"field": "product", "unknown": "refuse"}},
        },
    )
    deals = api.upload("deals", files.deals, mode="apply", mapping=DEALS)
    return company | {
        "accounts": accounts,
        "products": products,
        "declined": declined,
        "deals": deals,
    }


def counts(made: dict[str, Any]) -> tuple[int, ...]:
    return tuple(made[name] for name in ("rows", "created", "updated", "skipped", "failed"))


def test_the_address_is_verified(company: dict[str, Any]) -> None:
    page = company["plain"].get(company["host"], "/settings/profile/")
    assert page.status == 200
    assert company["api"].call("GET", "me").json["email"].startswith("olga@")


def test_every_row_of_the_three_files_is_in(imported: dict[str, Any]) -> None:
    files = book()
    number = len(files.rows)
    accounts = len(files.accounts.decode().strip().splitlines()) - 1
    products = len(files.products.decode().strip().splitlines()) - 1
    assert counts(imported["accounts"]) == (accounts, accounts, 0, 0, 0)
    assert counts(imported["products"]) == (products, products, 0, 0, 0)
    assert counts(imported["deals"]) == (number, number, 0, 0, 0)
    misspelt = len(files.misspelt)
    assert counts(imported["declined"]) == (number, number - misspelt, 0, 0, misspelt)


def test_the_stored_deals_equal_the_file_row_by_row(imported: dict[str, Any]) -> None:
    """The comparison reads the file by the standard library and the deals by the API."""
    stored = {deal["external_id"]: deal for deal in imported["api"].all("deals")}
    rows = {row["opportunity_id"]: row for row in book().rows}
    assert stored.keys() == rows.keys()
    for key, row in rows.items():
        deal = stored[key]
        assert (deal["owner"], deal["stage"]) == (row["sales_agent"], row["deal_stage"])
        assert (deal["account"] or "") == row["account"]
        assert deal["product"] == row["product"].replace("GTXPro", "GTX Pro")
        assert (deal["engaged_on"] or "", deal["close_date"] or "") == (
            row["engage_date"],
            row["close_date"],
        )
        amount = deal["amount"]
        assert (amount is None) == (row["close_value"] == "")
        if amount is not None:
            assert (Decimal(amount), deal["amount_currency"]) == (
                Decimal(row["close_value"]),
                "USD",
            )
    won = sum(Decimal(d["amount"]) for d in stored.values() if d["stage"] == "Won")
    assert won == sum(int(r["close_value"]) for r in rows.values() if r["deal_stage"] == "Won")
    for mine, theirs in (("stage", "deal_stage"), ("owner", "sales_agent")):
        assert Counter(d[mine] for d in stored.values()) == Counter(
            r[theirs] for r in rows.values()
        )


def test_the_agents_became_people_without_a_seat(imported: dict[str, Any]) -> None:
    people = imported["api"].all("people")
    seatless = {one["name"] for one in people if not one["email"]}
    assert seatless == book().agents


def test_importing_again_changes_nothing(imported: dict[str, Any]) -> None:
    number = len(book().rows)
    again = imported["api"].upload("deals", book().deals, mode="apply", mapping=DEALS)
    assert counts(again) == (number, 0, 0, number, 0)


def test_then_work_a_task_a_search_delete_restore_export(imported: dict[str, Any]) -> None:
    api, plain, host = imported["api"], imported["plain"], imported["host"]
    contact = api.call("POST", "contacts", {"name": "王伟", "email": "wei.wang@chenxing.example"})
    assert contact.status == 201
    for q in ("%E7%8E%8B%E4%BC%9F", "ang@chenxing"):
        hits = api.call("GET", f"search?q={q}").json["results"]
        assert [hit["id"] for hit in hits if hit["entity"] == "contacts"] == [contact.json["id"]]
        assert "王伟" in plain.get(host, f"/search/?q={q}").text
    task = {
        "name": "Call back",
        "type": "task",
        "due_at": "2026-12-01T09:00:00Z",
        "links": [{"entity": "contacts", "id": contact.json["id"], "role": ""}],
    }
    assert api.call("POST", "activities", task).status == 201
    path = f"contacts/{contact.json['id']}"
    assert api.call("DELETE", path).status == 428
    assert api.call("DELETE", path, If_Match='"1"').status == 204
    assert api.call("GET", path).status == 404
    assert "王伟" in plain.get(host, "/contacts/recycle-bin/").text
    assert plain.post(host, f"/{path}/restore/", {}, form="/contacts/recycle-bin/").status == 200
    assert api.call("GET", path).status == 200
    won = list(api.all("deals?status=won"))
    text = plain.get(host, "/deals/export/?status=won").text.lstrip("\ufeff")
    exported = list(csv.reader(io.StringIO(text)))
    assert len(exported) - 1 == len(won)
    assert all(len(line) == len(exported[0]) for line in exported)


def test_undo_brings_back_the_state_before_except_what_was_edited(imported: dict[str, Any]) -> None:
    api = imported["api"]
    edited = api.call("GET", "deals?limit=1&sort=id").json["results"][0]
    answer = api.call(
        "PATCH", f"deals/{edited['id']}", {"next_step": "Call"}, If_Match=f'"{edited["version"]}"'
    )
    assert answer.status == 200
    answer = api.call("POST", f"imports/{imported['deals']['id']}/undo")
    assert answer.status in (200, 202)
    done = api.finished(imported["deals"]["id"])
    assert (done["undo"]["undone"], done["undo"]["kept"]) == (len(book().rows) - 1, 1)
    assert [deal["id"] for deal in api.all("deals")] == [edited["id"]]
    left = {one["name"] for one in api.all("people") if not one["email"]}
    assert left == {edited["owner"]}
