from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from app.access import inviting
from app.access.actors import Actor, load_actor
from app.access.invitations import Invitation, State
from app.access.inviting import Guest, NotOpen, accept, find, invite, resend, revoke, send
from app.access.models import Limits, Role, Team, User, Workspace
from app.access.people import create_person, create_seatless, deactivate_person
from app.access.seats import seats
from app.access.throttles import Rate
from app.access.tree import place_under
from app.records.models import AuditEntry
from tenants.context import Ref, use_tenant
from tests.isolation.leaks import gives_away
from tests.isolation.surface import text_of

PASSWORD = "leaves of green grass"
Browser = Callable[..., Client]


def actor_of(user: User) -> Actor:
    actor = load_actor(user.pk)
    assert actor is not None
    return actor


@pytest.fixture
def owner(workspace: Ref, alice: User) -> Actor:
    """Alice, whose address is proven."""
    Workspace.objects.update(email_verified_at=timezone.now())
    return actor_of(alice)


def invited(by: Actor, email: str = "eve@elm.example", **place: Any) -> Invitation:
    place.setdefault("role", Role.SALES)
    [made] = invite([Guest(email)], by=by, **place)
    return made


def link_of(made: Invitation) -> str:
    """Send the mail and follow it: the secret of the link."""
    send(made.pk)
    found = re.findall(r"/join/([\w-]+)/", str(mail.outbox[-1].body))
    assert len(found) == 1
    return str(found[0])


def test_a_guest_follows_the_mail_and_is_in(owner: Actor, dora: User) -> None:
    team = Team.objects.get(name="South")
    made = invited(owner, "Eve@Elm.Example", role=Role.MANAGER, team=team, manager=dora)
    assert (made.email, made.state) == ("eve@elm.example", State.OPEN)
    secret = link_of(made)
    assert mail.outbox[-1].to == ["eve@elm.example"]
    assert "acme.localhost" in mail.outbox[-1].body
    eve = accept(secret, name="Eve Elm", password=PASSWORD, language="zh-hans")
    eve.refresh_from_db()
    assert (eve.name, eve.role, eve.team, eve.manager) == ("Eve Elm", "manager", team, dora)
    assert (eve.language, eve.can_sign_in, eve.check_password(PASSWORD)) == ("zh-hans", True, True)
    assert EmailAddress.objects.get(user=eve).verified
    made.refresh_from_db()
    assert (made.state, made.user) == (State.ACCEPTED, eve)
    events = set(AuditEntry.objects.values_list("event", flat=True))
    assert {"person.invited", "person.added"} <= events


def test_the_mail_speaks_the_language_of_the_workspace(owner: Actor) -> None:
    Workspace.objects.update(language="zh-hans")
    link_of(invited(owner))
    assert "邀请" in mail.outbox[-1].subject
    assert mail.outbox[-1].content_subtype == "plain"


def test_the_secret_is_kept_by_nobody(owner: Actor) -> None:
    made = invited(owner)
    assert made.hash is None
    secret = link_of(made)
    made.refresh_from_db()
    kept = str(list(Invitation.objects.values())) + str(list(AuditEntry.objects.values()))
    assert secret not in kept
    assert made.hash not in str(list(AuditEntry.objects.values()))


def test_a_link_works_once(owner: Actor) -> None:
    secret = link_of(invited(owner))
    accept(secret, name="Eve", password=PASSWORD)
    with pytest.raises(NotOpen) as refusal:
        accept(secret, name="Eve", password=PASSWORD)
    assert refusal.value.state is State.ACCEPTED


def test_an_expired_or_withdrawn_link_lets_nobody_in(owner: Actor) -> None:
    late, gone = invited(owner, "late@elm.example"), invited(owner, "gone@elm.example")
    secrets = {State.EXPIRED: link_of(late), State.REVOKED: link_of(gone)}
    Invitation.objects.filter(pk=late.pk).update(expires_at=timezone.now())
    revoke(gone, by=owner)
    for state, secret in secrets.items():
        with pytest.raises(NotOpen) as refusal:
            accept(secret, name="Eve", password=PASSWORD)
        assert refusal.value.state is state
    assert not User.objects.filter(name="Eve").exists()


def test_a_second_mail_kills_the_first_link_at_once(owner: Actor) -> None:
    made = invited(owner)
    first = link_of(made)
    Invitation.objects.filter(pk=made.pk).update(expires_at=timezone.now())
    resend(made, by=owner)
    with pytest.raises(NotOpen):
        find(first)
    second = link_of(made)
    assert find(second).state is State.OPEN
    with pytest.raises(NotOpen):
        find(first)


def test_a_mail_that_was_sent_twice_by_a_crash_leaves_one_good_link(
    owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, sent = invited(owner), []
    monkeypatch.setattr(inviting.mails, "send", lambda *_a, **facts: sent.append(facts["url"]))
    send(made.pk)
    send(made.pk)
    first, second = (url.rstrip("/").rpartition("/")[2] for url in sent)
    with pytest.raises(NotOpen):
        find(first)
    assert find(second).pk == made.pk


def test_an_invitation_keeps_a_seat(owner: Actor) -> None:
    Limits.objects.update(seats=6)
    made = invited(owner)
    assert (seats().people, seats().invited, seats().free) == (5, 1, 0)
    with pytest.raises(ValidationError, match="1 of them by invitations"):
        invited(owner, "two@elm.example")
    with pytest.raises(ValidationError, match="seats"):
        create_person("Two", by=owner, email="two@elm.example", password=PASSWORD)
    accept(link_of(made), name="Eve", password=PASSWORD)
    assert (seats().people, seats().invited) == (6, 0)


def test_a_withdrawn_or_expired_invitation_frees_its_seat(owner: Actor) -> None:
    Limits.objects.update(seats=6)
    revoke(invited(owner), by=owner)
    second = invited(owner, "two@elm.example")
    Invitation.objects.filter(pk=second.pk).update(expires_at=timezone.now())
    third = invited(owner, "three@elm.example")
    with pytest.raises(ValidationError, match="seats"):
        resend(second, by=owner)
    revoke(third, by=owner)
    resend(second, by=owner)
    assert seats().free == 0


def test_a_plan_that_shrank_meanwhile_keeps_the_guest_outside(owner: Actor) -> None:
    secret = link_of(invited(owner))
    Limits.objects.update(seats=5)
    with pytest.raises(ValidationError, match="seats"):
        accept(secret, name="Eve", password=PASSWORD)
    assert find(secret).state is State.OPEN


def test_several_are_invited_or_none(owner: Actor) -> None:
    Limits.objects.update(seats=7)
    guests = [Guest(f"g{number}@elm.example") for number in range(3)]
    with pytest.raises(ValidationError, match="seats"):
        invite(guests, by=owner, role=Role.SALES)
    with pytest.raises(ValidationError) as refusal:
        invite([*guests[:1], Guest("Bob@acme.example")], by=owner, role=Role.SALES)
    assert refusal.value.message_dict == {"email": ["bob@acme.example works here already."]}
    with pytest.raises(ValidationError, match="twice"):
        invite([guests[0], Guest("G0@elm.example")], by=owner, role=Role.SALES)
    assert not Invitation.objects.exists()
    assert len(invite(guests[:2], by=owner, role=Role.SALES)) == 2
    with pytest.raises(ValidationError, match="invited already"):
        invite(guests[:1], by=owner, role=Role.SALES)


def test_a_former_colleague_is_let_in_again_not_invited(owner: Actor, bob: User) -> None:
    deactivate_person(bob, by=owner)
    with pytest.raises(ValidationError, match="former colleague"):
        invited(owner, "bob@acme.example")


def test_an_unverified_workspace_invites_nobody(workspace: Ref, alice: User) -> None:
    with pytest.raises(ValidationError, match="Confirm"):
        invited(actor_of(alice))
    assert not Invitation.objects.exists()


def test_nobody_invites_above_his_own_power(owner: Actor, bob: User, dora: User) -> None:
    administrator = User.objects.create_user(
        "admin@acme.example", PASSWORD, name="Ada", role=Role.ADMINISTRATOR
    )
    with pytest.raises(PermissionDenied):
        invited(actor_of(administrator), role=Role.OWNER)
    boss = invited(owner, "boss@elm.example", role=Role.OWNER)
    for act in (resend, revoke):
        with pytest.raises(PermissionDenied):
            act(boss, by=actor_of(administrator))
    for user in (bob, dora):
        with pytest.raises(PermissionDenied):
            invited(actor_of(user))
    assert invited(actor_of(administrator)).role == Role.SALES


def test_mail_has_an_end_for_a_day(owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inviting, "OF_PERSON", Rate(2, 3600))
    made = invited(owner, "one@elm.example")
    resend(made, by=owner)
    with pytest.raises(ValidationError, match="tomorrow"):
        invited(owner, "two@elm.example")
    with pytest.raises(ValidationError, match="tomorrow"):
        resend(made, by=owner)


def test_a_seatless_person_is_invited_and_keeps_what_is_his(owner: Actor, alice: User) -> None:
    from tests.factories import sample

    [moses] = create_seatless(["Moses Frase"], by=owner)
    deal = sample("accounts", by=alice, owner=moses)
    made = invited(owner, "moses@elm.example", user=moses)
    with pytest.raises(ValidationError, match="invited already"):
        invited(owner, "other@elm.example", user=moses)
    joined = accept(link_of(made), name="Somebody Else", password=PASSWORD)
    joined.refresh_from_db()
    assert (joined.pk, joined.name, joined.can_sign_in) == (moses.pk, "Moses Frase", True)
    deal.refresh_from_db()
    assert deal.owner_id == moses.pk
    with pytest.raises(ValidationError, match="has a seat"):
        invited(owner, "again@elm.example", user=joined)


def test_who_comes_in_otherwise_needs_his_invitation_no_more(owner: Actor) -> None:
    Limits.objects.update(seats=6)
    made = invited(owner)
    create_person("Eve", by=owner, email="eve@elm.example", password=PASSWORD)
    made.refresh_from_db()
    assert made.state is State.REVOKED


def test_a_manager_who_left_meanwhile_leads_nobody(owner: Actor, dora: User) -> None:
    secret = link_of(invited(owner, manager=dora))
    deactivate_person(dora, by=owner)
    assert accept(secret, name="Eve", password=PASSWORD).manager is None


def test_a_person_who_is_marked_as_former_cannot_use_his_invitation(owner: Actor) -> None:
    [moses] = create_seatless(["Moses"], by=owner)
    secret = link_of(invited(owner, "moses@elm.example", user=moses))
    deactivate_person(moses, by=owner)
    with pytest.raises(NotOpen):
        accept(secret, name="Moses", password=PASSWORD)


def test_a_suspended_workspace_lets_nobody_in(owner: Actor) -> None:
    secret = link_of(invited(owner))
    Limits.objects.update(state=Limits.State.SUSPENDED)
    with pytest.raises(NotOpen):
        accept(secret, name="Eve", password=PASSWORD)


def test_a_guest_may_come_by_the_companys_own_provider(owner: Actor, bob: User) -> None:
    from app.access.oidc.adapter import guest_meant, somebody_known

    made = invited(owner, "eve@elm.example", role=Role.MANAGER)
    claims = {"email": "Eve@Elm.example", "email_verified": True, "name": "Eve\x00 Elm"}
    assert somebody_known({**claims, "email_verified": False}) is None
    assert somebody_known({**claims, "email": "nobody@elm.example"}) is None
    assert guest_meant("bob@acme.example", "Bob") is None
    eve = somebody_known(claims)
    assert eve is not None
    assert (eve.email, eve.name, eve.role) == ("eve@elm.example", "Eve Elm", "manager")
    assert not eve.has_usable_password()
    made.refresh_from_db()
    assert (made.state, made.user) == (State.ACCEPTED, eve)
    assert guest_meant(claims["email"], claims["name"]) is None


def test_a_provider_makes_owners_only_where_an_owner_trusts_it_with_them(owner: Actor) -> None:
    from app.access.inviting import accept_proven

    made = invited(owner, role=Role.OWNER)
    assert accept_proven("eve@elm.example", name="Eve", owners=False) is None
    Limits.objects.update(seats=5)
    with pytest.raises(ValidationError, match="seats"):
        accept_proven("eve@elm.example", name="Eve", owners=True)
    made.refresh_from_db()
    assert made.state is State.OPEN
    assert not User.objects.filter(name="Eve").exists()


# --- Two at once ---------------------------------------------------------------------------------
def second_of(ref: Ref, act: Callable[[], Any]) -> tuple[Thread, list[Exception], Event]:
    """Another process that does the same at the same time."""
    begun, refused = Event(), list[Exception]()

    def run() -> None:
        with use_tenant(ref):
            begun.set()
            try:
                act()
            except (ValidationError, NotOpen) as error:
                refused.append(error)
            finally:
                connections.close_all()

    return Thread(target=run), refused, begun


def in_a_race(ref: Ref, first: Callable[[], Any], second: Callable[[], Any]) -> list[Exception]:
    """The second begins while the first is not committed; what it was refused with."""
    other, refused, begun = second_of(ref, second)
    with transaction.atomic(using=ref.cell):
        first()
        other.start()
        assert begun.wait(10)
        other.join(0.4)
        assert other.is_alive(), "the second did not wait for the first"
    other.join(10)
    return refused


def test_two_cannot_take_the_last_seat(fresh: Ref) -> None:
    with use_tenant(fresh):
        Workspace.objects.update(email_verified_at=timezone.now())
        Limits.objects.update(seats=6)
        fiona = actor_of(User.objects.get(role=Role.OWNER))
        refused = in_a_race(
            fresh,
            lambda: invited(fiona, "one@elm.example"),
            lambda: invited(fiona, "two@elm.example"),
        )
        assert len(refused) == 1
        assert [one.email for one in Invitation.objects.all()] == ["one@elm.example"]


def test_two_cannot_use_one_link(fresh: Ref) -> None:
    with use_tenant(fresh):
        Workspace.objects.update(email_verified_at=timezone.now())
        fiona = actor_of(User.objects.get(role=Role.OWNER))
        secret = link_of(invited(fiona, "one@elm.example"))
        refused = in_a_race(
            fresh,
            lambda: accept(secret, name="First", password=PASSWORD),
            lambda: accept(secret, name="Second", password=PASSWORD),
        )
        assert [error.args for error in refused] == [(State.ACCEPTED,)]
        assert User.objects.filter(name__in=["First", "Second"]).count() == 1


# --- The page ------------------------------------------------------------------------------------
@pytest.fixture
def secret(two: tuple[Ref, Ref], alice: User) -> str:
    """The link of an open invitation."""
    with use_tenant(two[0]):
        Workspace.objects.update(email_verified_at=timezone.now())
        return link_of(invited(actor_of(alice)))


def test_the_page_lets_the_guest_choose_and_signs_him_in(
    two: tuple[Ref, Ref], browser: Browser, secret: str
) -> None:
    client = browser()
    page = client.get(f"/join/{secret}/")
    assert page.status_code == 200
    assert "eve@elm.example" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    weak = client.post(f"/join/{secret}/", {"name": "Eve", "password": "password"})
    assert weak.status_code == 422
    assert 'id="wrong-password"' in weak.content.decode()
    answer = client.post(f"/join/{secret}/", {"name": "Eve Elm", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert "Eve Elm" in client.get("/settings/profile/").content.decode()
    again = browser().post("/login/", {"email": "eve@elm.example", "password": PASSWORD})
    assert again.status_code == 302
    used = browser().get(f"/join/{secret}/")
    assert used.status_code == 410
    assert "has been accepted" in used.content.decode()


def test_the_page_of_a_dead_link_says_why(
    two: tuple[Ref, Ref], browser: Browser, secret: str
) -> None:
    for values, words in (
        ({"expires_at": timezone.now() - timedelta(1)}, "has expired"),
        ({"revoked_at": timezone.now()}, "was withdrawn"),
    ):
        with use_tenant(two[0]):
            Invitation.objects.update(**values)
        answer = browser().get(f"/join/{secret}/")
        assert answer.status_code == 410
        assert words in answer.content.decode()
        assert "eve@elm.example" not in answer.content.decode()
    assert "not valid" in browser().get("/join/nonsense/").content.decode()


def test_a_link_is_nothing_at_another_workspace(
    two: tuple[Ref, Ref], browser: Browser, secret: str
) -> None:
    client = browser(ref=two[1])
    for answer in (
        client.get(f"/join/{secret}/"),
        client.post(f"/join/{secret}/", {"name": "Eve", "password": PASSWORD}),
    ):
        assert answer.status_code == 410
        assert not gives_away(text_of(answer), "eve@elm")
    with use_tenant(two[1]):
        assert not User.objects.filter(name="Eve").exists()


def test_somebody_who_is_signed_in_does_not_become_the_guest(
    two: tuple[Ref, Ref], browser: Browser, bob: User, secret: str
) -> None:
    client = browser(bob)
    assert "signed in here as Bob" in client.get(f"/join/{secret}/").content.decode()
    client.post(f"/join/{secret}/", {"name": "Eve", "password": PASSWORD})
    with use_tenant(two[0]):
        assert not User.objects.filter(name="Eve").exists()
        assert find(secret).state is State.OPEN


def test_the_person_placed_under_a_manager_by_an_invitation_counts_at_once(
    owner: Actor, dora: User
) -> None:
    eve = accept(link_of(invited(owner, manager=dora)), name="Eve", password=PASSWORD)
    actor = actor_of(dora)
    assert eve.pk in actor.reach[next(iter(actor.scopes.values()))]
    place_under(eve, None)
    actor = actor_of(dora)
    assert eve.pk not in actor.reach[next(iter(actor.scopes.values()))]
