"""What people and programs do all day, as requests; the numbers that it must not exceed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from bench.web import Web

VARIANTS = 4  #: each action is done with as many different records or words


@dataclass(frozen=True)
class Action:
    """One thing to do."""

    name: str
    queries: int  #: pinned: one more is a defect, one less wants this number changed
    goal_ms: float  #: CPU of the whole server tree
    request: Callable[[int, Any], tuple[str, str, dict[str, str]]]  #: method, path, form
    is_write: bool = False
    answers: int = 200


@dataclass
class Setting:
    """What the requests are made from."""

    accounts: list[int]
    deals: list[tuple[int, int]]  #: a deal and its version, moved to and fro
    stages: list[int]
    cursor: str
    moved: dict[int, tuple[int, int]]  #: deal -> version, place of its stage


def _get(path: str, **query: Any) -> tuple[str, str, dict[str, str]]:
    return "GET", f"{path}?{urlencode(query)}" if query else path, {}


def _create(turn: int, setting: Setting) -> tuple[str, str, dict[str, str]]:
    account = setting.accounts[turn % len(setting.accounts)]
    form = {
        "name": f"Greta Gruen {turn}",
        "account_id": str(account),
        "job_title": "Buyer",
        "email": f"greta.{turn}@example.org",
        "phone": "+49 30 1234567",
        "city": "Berlin",
        "country": "Germany",
    }
    return "POST", "/contacts/new/", form


def _move(turn: int, setting: Setting) -> tuple[str, str, dict[str, str]]:
    deal = setting.deals[turn % VARIANTS][0]
    version, place = setting.moved[deal]
    form = {"version": str(version), "to": str(setting.stages[1 - place])}
    return "POST", f"/deals/{deal}/move/", form


WORDS = ("hoffmann", "ines ol", "王小明", "vera.meyer")
ACTIONS = (
    Action("list", 4, 8, lambda turn, it: _get("/contacts/")),
    Action("deep page", 4, 8, lambda turn, it: _get("/contacts/", cursor=it.cursor)),
    Action(
        "name contains",
        4,
        12,
        lambda turn, it: _get("/contacts/", name__contains=WORDS[turn % 3]),
    ),
    Action("record page", 16, 10, lambda turn, it: _get(f"/accounts/{it.accounts[turn % 4]}/")),
    Action("board", 7, 15, lambda turn, it: _get("/deals/board/")),
    Action("create", 8, 12, _create, is_write=True, answers=302),
    Action("move", 13, 12, _move, is_write=True),
    Action("search", 7, 10, lambda turn, it: _get("/search/", q=WORDS[turn % VARIANTS])),
    Action("API of 50", 2, 5, lambda turn, it: _get("/api/v1/contacts", limit=50)),
)


@dataclass
class Person:
    """Who does it: signed in with a browser, and holding a token."""

    cookies: str
    csrf: str
    token: str

    def headers(self, path: str, *, is_write: bool) -> dict[str, str]:
        """What a browser or a program sends along."""
        if path.startswith("/api/"):
            return {"Authorization": f"Bearer {self.token}"}
        headers = {"Cookie": self.cookies, "Accept": "text/html"}
        if is_write:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-CSRFToken": self.csrf,
            }
        if "/move/" in path:
            headers["Accept"] = "application/json"
        return headers


def do(
    web: Web, action: Action, turn: int, setting: Setting, person: Person, **extra: str
) -> bytes:
    """Do the action once. Raises RuntimeError when the answer is not the expected one."""
    method, path, form = action.request(turn, setting)
    headers = person.headers(path, is_write=action.is_write) | extra
    body = urlencode(form).encode() if form else None
    status, _answer_headers, answer = web.ask(method, path, body, headers)
    if status != action.answers:
        raise RuntimeError(f"{action.name}: {status} {answer[:2000]!r}")
    if action.name == "move":
        deal = setting.deals[turn % VARIANTS][0]
        version, place = setting.moved[deal]
        setting.moved[deal] = (version + 1, 1 - place)
    return answer
