"""Somebody who is given records hears of it, once an act."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from app.access.models import User, Workspace
from app.access.people import create_seatless, deactivate_person
from app.notifications.given import tell, tell_everybody
from app.notifications.models import Notice, Told, rows
from app.notifications.people import choose, quiet
from app.records import changes, registry
from tests.imports.conftest import import_file
from tests.isolation.world import token_of
from tests.records.helpers import actor, make


def give(records: list[Any], *, by: Any, to: Any, origin: str = "page") -> None:
    """One act that gives all of these accounts to a person."""
    values = [{"id": one.pk, "owner_id": to.pk} for one in records]
    changes.update_many(registry.get("accounts"), values, actor=actor(by), origin=origin)


def accounts(number: int, *, by: Any) -> list[Any]:
    return [make("accounts", by, name=f"Company {place}") for place in range(number)]


def test_whoever_gets_a_record_gets_a_mail_with_the_way_to_it(verified, queue, alice, bob):
    row = make("accounts", alice, name="Alpha", owner_id=bob.pk)
    assert queue.names == ["notifications.given"]
    assert mail.outbox == [], "the act itself sends nothing"
    queue.run()
    message = mail.outbox[0]
    assert message.to == ["bob@acme.example"]
    assert message.subject == "1 record is yours now"
    assert "Alice Alder gave you, Account: 1" in message.body
    assert f"- Alpha\n  http://acme.localhost:8000/accounts/{row.pk}/" in message.body
    assert "http://acme.localhost:8000/settings/notifications/" in message.body
    assert not rows(Notice).exists()


def test_a_batch_of_many_records_is_one_mail(verified, queue, alice, bob):
    give(accounts(500, by=alice), by=alice, to=bob)
    queue.run()
    assert [message.subject for message in mail.outbox] == ["500 records are yours now"]
    body = mail.outbox[0].body
    assert body.count("- Company") == 10
    assert "and 490 more: http://acme.localhost:8000/accounts/?owner_id=me" in body


def test_acts_in_quick_succession_wait_for_one_mail(verified, queue, alice, bob):
    first, *others = accounts(4, by=alice)
    give([first], by=alice, to=bob)
    queue.run()
    for one in others:
        give([one], by=alice, to=bob)
        queue.run()
    assert len(mail.outbox) == 1
    waits = [wait for _task, _args, wait in queue.waiting]
    assert waits
    assert all(250 < wait <= 301 for wait in waits)
    rows(Told).update(at=timezone.now() - timedelta(minutes=6))
    queue.waiting = [(task, args, 0) for task, args, _wait in queue.waiting]
    queue.run()
    assert [message.subject for message in mail.outbox[1:]] == ["3 records are yours now"]


def test_nobody_hears_of_what_he_takes_or_keeps_himself(verified, queue, alice, bob):
    row = make("accounts", alice, name="Alpha")
    changes.update(
        registry.get("accounts"), row.pk, {"name": "Beta"}, actor=actor(alice), version=1
    )
    mine = make("accounts", bob, name="Gamma")
    give([mine], by=alice, to=alice)
    assert queue.names == []
    assert not rows(Notice).exists()


def test_a_program_and_an_import_give_too(verified, queue, alice, bob, browser):
    token = token_of(alice, ref=verified)
    answer = browser().post(
        "/api/v1/accounts",
        {"name": "Alpha", "owner_id": bob.pk},
        content_type="application/json",
        headers={"authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 201
    import_file(b"name,owner\nBeta,Bob Birch\n", "accounts", actor=actor(alice))
    queue.run()
    given = [message for message in mail.outbox if message.to == ["bob@acme.example"]]
    assert [message.subject for message in given] == ["2 records are yours now"]


@pytest.mark.parametrize("origin", ["demo", "undo"])
def test_a_demo_and_an_undo_give_nothing(verified, queue, alice, bob, origin):
    give(accounts(1, by=alice), by=alice, to=bob, origin=origin)
    assert queue.names == []


def test_who_is_quiet_tells_nobody(verified, queue, alice, bob):
    with quiet():
        make("accounts", alice, name="Alpha", owner_id=bob.pk)
    assert queue.names == []


def test_a_workspace_that_is_not_verified_mails_nobody(workspace, queue, alice, bob):
    make("accounts", alice, name="Alpha", owner_id=bob.pk)
    queue.run()
    Workspace.objects.update(email_verified_at=timezone.now())
    tell_everybody()
    queue.run()
    assert mail.outbox == [], "not even later"


def test_who_does_not_want_it_gets_nothing(verified, queue, alice, bob, browser):
    assert browser(bob).post("/settings/notifications/", {"wanted": ["due"]}).status_code == 302
    make("accounts", alice, name="Alpha", owner_id=bob.pk)
    queue.run()
    assert mail.outbox == []
    browser(bob).post("/settings/notifications/", {"wanted": ["given", "due"]})
    make("accounts", alice, name="Beta", owner_id=bob.pk)
    queue.run()
    assert len(mail.outbox) == 1
    assert "Beta" in mail.outbox[0].body


def test_people_without_a_seat_and_former_colleagues_get_nothing(verified, queue, alice, bob):
    seatless = create_seatless(["Eve"], by=actor(alice))[0]
    make("accounts", alice, name="Alpha", owner_id=seatless.pk)
    make("accounts", alice, name="Beta", owner_id=bob.pk)
    User.objects.filter(pk=bob.pk).update(is_active=False)
    queue.run()
    assert mail.outbox == []
    assert not rows(Notice).exists()


def test_what_was_taken_back_or_deleted_meanwhile_is_not_told(verified, queue, alice, bob):
    taken, deleted, kept = accounts(3, by=alice)
    give([taken, deleted, kept], by=alice, to=bob)
    give([taken], by=alice, to=alice)
    changes.delete(registry.get("accounts"), deleted.pk, actor=actor(alice), version=None)
    queue.run()
    assert mail.outbox[0].subject == "1 record is yours now"
    assert kept.name in mail.outbox[0].body
    assert taken.name not in mail.outbox[0].body


def test_the_mail_speaks_the_language_of_its_reader(verified, queue, alice, bob):
    User.objects.filter(pk=bob.pk).update(language="zh-hans")
    make("accounts", alice, name="杭州云启科技", owner_id=bob.pk)
    queue.run()
    message = mail.outbox[0]
    assert message.subject == "您有 1 条新分配的记录"
    assert "Alice Alder 分配给您的客户：1 条" in message.body
    latin = re.sub(r"https?://\S+|Alice Alder|Bob Birch|Acme", "", message.body)
    assert not re.search(r"[A-Za-z]{3}", latin)


def test_a_mail_that_cannot_be_sent_is_tried_again(verified, queue, alice, bob, monkeypatch):
    from app.notifications import given

    make("accounts", alice, name="Alpha", owner_id=bob.pk)

    def fail(*_args: Any, **_context: Any) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr(given, "mail", fail)
        with pytest.raises(ConnectionRefusedError):
            queue.run()
    assert rows(Notice).count() == 1
    tell(person_id=bob.pk)
    assert len(mail.outbox) == 1
    tell(person_id=bob.pk)
    assert len(mail.outbox) == 1, "once"


def test_a_refused_act_tells_nobody(verified, queue, bob, charlie):
    from app.records.errors import Invalid

    row = make("accounts", bob, name="Alpha")
    result = changes.update_many(
        registry.get("accounts"),
        [{"id": row.pk, "owner_id": charlie.pk}],
        actor=actor(bob),
        origin="page",
    )
    assert isinstance(result.outcomes[0].error, Invalid)
    assert queue.names == []


def test_choices_hold_for_their_person_alone_and_are_in_the_trail(verified, alice, bob):
    from app.notifications.people import wanted_by
    from app.records.models import AuditEntry

    choose(bob.pk, ["import"])
    assert (wanted_by(bob.pk), wanted_by(alice.pk)) == (["import"], ["given", "due", "import"])
    trail = AuditEntry._default_manager.filter(table_name="notifications_choice", op="create")
    assert trail.count() == 2
    deactivate_person(bob, by=actor(alice))
    assert wanted_by(bob.pk) == ["import"]
