"""Many at the same moment: a code gets one of them in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from tests.access.codes import code
from tests.e2e.plain import Plain
from tests.seeding import PASSWORD

HOST, DORA, RIVALS = "acme.localhost", "dora@acme.example", 4
APP, SECOND = "/settings/security/app/", "/login/second/"


@dataclass
class Factors:
    """What dora has set up in the live workspace."""

    secret: str
    codes: list[str]


@pytest.fixture
def dora(live: Any) -> Iterator[Factors]:
    plain = Plain(live.port)
    plain.post(HOST, "/login/", {"email": DORA, "password": PASSWORD})
    page = plain.get(HOST, APP)
    secret = re.search(r'id="totp-secret">(\w+)<', page.text)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert secret
    assert token
    sent = f"csrfmiddlewaretoken={token[1]}&code={code(secret[1])}".encode()
    head = {"Content-Type": "application/x-www-form-urlencoded"}
    plain.send("POST", HOST, APP, body=sent, headers=head)
    codes = re.findall(r"<li><code>(\d+)<", plain.get(HOST, "/settings/security/codes/").text)
    assert len(codes) == 10
    yield Factors(secret[1], codes)
    plain.post(HOST, f"{APP}remove/", {})


def at_the_door(live: Any) -> Plain:
    plain = Plain(live.port)
    answer = plain.post(HOST, "/login/", {"email": DORA, "password": PASSWORD})
    assert answer.path == SECOND
    return plain


def race(live: Any, text: str) -> int:
    """How many of those who send this code at once get in."""
    rivals = [at_the_door(live) for _one in range(RIVALS)]
    with ThreadPoolExecutor(RIVALS) as pool:
        list(pool.map(lambda one: one.post(HOST, SECOND, {"code": text}), rivals))
    return [one.get(HOST, "/settings/tokens/").path for one in rivals].count("/settings/tokens/")


def test_one_of_many_gets_in_by_a_code(live: Any, dora: Factors) -> None:
    assert race(live, dora.codes[0]) == 1
    assert race(live, code(dora.secret, periods=1)) == 1
    assert race(live, dora.codes[0]) == 0
