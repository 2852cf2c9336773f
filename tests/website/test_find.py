from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from tenants.context import Ref
from tenants.handoffs import add_login_hint

pytestmark = pytest.mark.django_db


def words(answer: Any) -> str:
    """The page without the address it repeats and the token that is new each time."""
    page = answer.content.decode().replace("ann@", "").replace("bob@", "")
    return re.sub(r'(X-CSRFToken": "|csrfmiddlewaretoken" value=")\w+', "", page)


def test_the_workspaces_are_told_by_mail(public: Client, two: tuple[Ref, Ref]) -> None:
    for ref in two:
        add_login_hint("ann@both.example", ref=ref)
    answer = public.post("/find/", {"email": "Ann@both.example"})
    assert answer.status_code == 200
    [message] = mail.outbox
    assert message.to == ["ann@both.example"]
    assert "http://acme.localhost:8000/" in message.body
    assert "http://globex.localhost:8000/" in message.body
    assert "acme" not in answer.content.decode()


def test_the_page_is_the_same_whether_the_address_is_known_or_not(
    public: Client, two: tuple[Ref, Ref]
) -> None:
    add_login_hint("ann@both.example", ref=two[0])
    known = public.post("/find/", {"email": "ann@both.example"})
    unknown = public.post("/find/", {"email": "bob@both.example"})
    assert words(known) == words(unknown)
    assert [message.to for message in mail.outbox] == [["ann@both.example"], ["bob@both.example"]]
    assert "acme" not in mail.outbox[1].body


def test_one_address_is_asked_for_three_times_in_ten_minutes(public: Client) -> None:
    codes = [public.post("/find/", {"email": "a@b.example"}).status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    assert len(mail.outbox) == 3


def test_one_place_asks_for_twenty_addresses_in_ten_minutes(public: Client) -> None:
    codes = [public.post("/find/", {"email": f"a{i}@b.example"}).status_code for i in range(21)]
    assert codes == [200] * 20 + [429]


def test_what_is_no_address_is_refused(public: Client) -> None:
    answer = public.post("/find/", {"email": "acme"})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert mail.outbox == []
