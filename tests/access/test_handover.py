from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.test import Client

from app.access.models import User
from tenants.context import Ref, use_control
from tenants.handoffs import create_handoff
from tenants.models import Handoff, Tenant

Browser = Callable[..., Client]


def token_for(ref: Ref) -> str:
    with use_control():
        return create_handoff(Tenant.objects.get(pk=ref.id))


def test_the_token_signs_the_owner_in(browser: Browser, two: tuple[Ref, Ref]) -> None:
    client = browser()
    answer = client.get(f"/enter/?token={token_for(two[0])}")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert "Alice Alder" in client.get("/settings/profile/").content.decode()


def test_it_works_once(browser: Browser, two: tuple[Ref, Ref]) -> None:
    token = token_for(two[0])
    browser().get(f"/enter/?token={token}")
    second = browser()
    answer = second.get(f"/enter/?token={token}")
    assert answer.status_code == 410
    assert "/login/" in answer.content.decode()
    assert second.get("/settings/").status_code == 302


def test_it_works_for_a_minute(browser: Browser, two: tuple[Ref, Ref]) -> None:
    token = token_for(two[0])
    with use_control():
        row = Handoff.objects.latest("id")
        row.expires_at -= timedelta(seconds=61)
        row.save()
    assert browser().get(f"/enter/?token={token}").status_code == 410


def test_it_works_at_its_workspace_only(browser: Browser, two: tuple[Ref, Ref]) -> None:
    token = token_for(two[0])
    assert browser(ref=two[1]).get(f"/enter/?token={token}").status_code == 410
    assert browser().get(f"/enter/?token={token}").status_code == 302


def test_no_token_is_refused(browser: Browser) -> None:
    assert browser().get("/enter/").status_code == 410
    assert browser().get("/enter/?token=" + "x" * 5000).status_code == 410
    assert browser().post("/enter/").status_code == 405


def test_without_an_owner_nobody_comes_in(
    browser: Browser, two: tuple[Ref, Ref], alice: User
) -> None:
    from tenants.context import use_tenant

    with use_tenant(two[0]):
        User.objects.filter(pk=alice.pk).update(is_active=False)
    assert browser().get(f"/enter/?token={token_for(two[0])}").status_code == 410
