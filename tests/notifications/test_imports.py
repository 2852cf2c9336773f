"""Whoever started an import hears that it is over."""

from __future__ import annotations

from django.core import mail
from django.utils import timezone

from app.access.models import User, Workspace
from app.imports import running
from app.notifications.imports import tell
from app.notifications.people import choose, quiet
from tests.imports.conftest import import_file
from tests.records.helpers import actor

FILE = b"name,employees\nAlpha,5\nBeta,many\n"


def test_the_mail_tells_what_became_of_the_rows(verified, queue, alice):
    made = import_file(FILE, "accounts", actor=actor(alice))
    assert queue.names == ["notifications.import"]
    queue.run()
    message = mail.outbox[0]
    assert message.to == ["alice@acme.example"]
    assert message.subject == "Your import of accounts.csv is finished"
    for line in ("Rows: 2", "Created: 1", "Updated: 0", "Refused: 1"):
        assert f"- {line}\n" in message.body
    assert f"http://acme.localhost:8000/settings/imports/{made.pk}/" in message.body


def test_a_check_tells_nobody(verified, queue, alice):
    import_file(FILE, "accounts", actor=actor(alice), mode="dry_run")
    assert queue.names == []


def test_an_import_that_stopped_says_why(verified, queue, alice, monkeypatch):
    def stop(*_args: object) -> None:
        raise running.Stopped("You may no longer import records of this kind.")

    monkeypatch.setattr(running, "begin", stop)
    import_file(FILE, "accounts", actor=actor(alice))
    queue.run()
    assert mail.outbox[0].subject == "Your import of accounts.csv stopped"
    assert "You may no longer import records of this kind." in mail.outbox[0].body


def test_nobody_is_told_who_does_not_want_it_or_may_not_be_mailed(workspace, queue, alice):
    made = import_file(FILE, "accounts", actor=actor(alice))
    queue.run()
    Workspace.objects.update(email_verified_at=timezone.now())
    choose(alice.pk, ["given", "due"])
    tell(import_id=made.pk)
    choose(alice.pk, ["import"])
    User.objects.filter(pk=alice.pk).update(is_active=False)
    tell(import_id=made.pk)
    assert mail.outbox == []


def test_an_import_of_the_demo_is_quiet(verified, queue, alice):
    with quiet():
        import_file(FILE, "accounts", actor=actor(alice))
    assert queue.names == []


def test_many_imports_in_an_hour_are_not_many_mails(verified, queue, alice, monkeypatch):
    from app.access.throttles import Rate
    from app.notifications import imports

    monkeypatch.setattr(imports, "OFTEN", Rate(2, 3600))
    for _turn in range(4):
        import_file(FILE, "accounts", actor=actor(alice))
    queue.run()
    assert len(mail.outbox) == 2
