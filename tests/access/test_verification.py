from __future__ import annotations

from collections.abc import Callable

from allauth.account.models import EmailAddress, EmailConfirmation
from django.core import mail
from django.test import Client

from app.access.models import User, Workspace
from app.access.verification import address_of, ask_once
from tenants.context import Ref, use_tenant

Browser = Callable[..., Client]


def ask(user: User, *, ref: Ref) -> str:
    """The path of the link that was mailed."""
    with use_tenant(ref):
        ask_once(user)
    link = next(word for word in mail.outbox[-1].body.split() if word.startswith("http"))
    return link.split("localhost:8000")[1]


def test_the_mail_names_the_workspace_and_its_host(two: tuple[Ref, Ref], alice: User) -> None:
    ask(alice, ref=two[0])
    message = mail.outbox[-1]
    assert message.to == ["alice@acme.example"]
    assert "http://acme.localhost:8000/confirm-email/" in message.body
    assert "Acme" in message.body


def test_the_mail_is_sent_once(two: tuple[Ref, Ref], alice: User) -> None:
    ask(alice, ref=two[0])
    with use_tenant(two[0]):
        ask_once(alice)
    assert len(mail.outbox) == 1


def test_the_link_proves_the_owner_and_the_workspace(
    browser: Browser, two: tuple[Ref, Ref], alice: User
) -> None:
    browser().get(ask(alice, ref=two[0]))
    with use_tenant(two[0]):
        assert EmailAddress.objects.get(user=alice).verified
        assert Workspace.objects.get().email_verified_at is not None


def test_the_proof_of_somebody_else_does_not_prove_the_workspace(
    browser: Browser, two: tuple[Ref, Ref], bob: User
) -> None:
    browser().get(ask(bob, ref=two[0]))
    with use_tenant(two[0]):
        assert EmailAddress.objects.get(user=bob).verified
        assert Workspace.objects.get().email_verified_at is None


def test_a_link_proves_nothing_at_another_workspace(
    browser: Browser, two: tuple[Ref, Ref], alice: User, mallory: User
) -> None:
    with use_tenant(two[1]):
        address_of(mallory)
    path = ask(alice, ref=two[0])
    answer = browser(ref=two[1]).get(path)
    assert "used up" in answer.content.decode()
    with use_tenant(two[1]):
        assert not EmailAddress.objects.get(user=mallory).verified
        assert Workspace.objects.get().email_verified_at is None


def test_an_invented_link_proves_nothing(browser: Browser, two: tuple[Ref, Ref]) -> None:
    answer = browser().get("/confirm-email/" + "a" * 64 + "/")
    assert "used up" in answer.content.decode()
    with use_tenant(two[0]):
        assert not EmailConfirmation.objects.exists()


def test_the_mail_can_be_asked_for_again(
    browser: Browser, two: tuple[Ref, Ref], alice: User
) -> None:
    client = browser(alice)
    assert client.post("/settings/profile/verify/").status_code == 302
    assert client.post("/settings/profile/verify/").status_code == 302
    assert len(mail.outbox) == 1  # not more than once in three minutes
