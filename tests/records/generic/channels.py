"""Somebody at work, and every way in which he reads rows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

from tenants.context import Ref
from tests.isolation.fixtures import undone
from tests.isolation.surface import text_of


@dataclass
class Desk:
    """Somebody at work: his browser and his program."""

    ref: Ref
    client: Client
    token: str
    user: Any

    def page(self, path: str, data: Any = None) -> Any:
        """A page, or a form sent; what it writes is taken back."""
        with undone(self.ref):
            if data is None:
                return self.client.get(path)
            return self.client.post(path, data)

    def api(self, method: str, path: str, data: Any = None, **headers: str) -> Any:
        """A request of a program; what it writes is taken back."""
        given = {"authorization": f"Bearer {self.token}"}
        given |= {key.replace("_", "-"): value for key, value in headers.items()}
        body = {} if data is None else {"data": json.dumps(data)}
        with undone(self.ref):
            return self.client.generic(
                method,
                f"/api/v1/{path}",
                body.get("data", ""),
                content_type="application/json",
                headers=given,
            )


def shown(text: str, rows: dict[str, int]) -> set[str]:
    """Whose rows stand in an answer."""
    return {owner for owner in rows if f"Zq{owner}" in text}


def seen_in(entity: Any, rows: dict[str, int], desk: Desk) -> dict[str, set[str]]:
    """Whose rows of `Zq...` each way to read shows."""
    slug = entity.slug
    ways = {
        "list": f"/{slug}/?limit=200",
        "list by q": f"/{slug}/?q=Zq&limit=200",
        "list by name": f"/{slug}/?name__contains=Zq",
        "list by key": f"/{slug}/?id__in={','.join(map(str, rows.values()))}",
        "sorted list": f"/{slug}/?sort=-owner",
        "picker": f"/{slug}/lookup/?q=Zq",
        "palette": "/search/?part=palette&q=Zq",
        "search": "/search/?q=Zq",
    }
    if not entity.menu:
        ways = {way: path for way, path in ways.items() if way not in ("palette", "search")}
    if entity.board_field and entity.slug != "deals":
        ways["board"] = f"/{slug}/board/"
    found = {way: shown(text_of(desk.page(path)), rows) for way, path in ways.items()}
    found["API list"] = shown(text_of(desk.api("GET", f"{slug}?limit=200")), rows)
    found["API q"] = shown(text_of(desk.api("GET", f"{slug}?q=zq")), rows)
    found["API search"] = shown(text_of(desk.api("GET", "search?q=zq&limit=100")), rows)
    return found
