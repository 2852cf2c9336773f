"""A file comes in: announced with its room, sent to the store, confirmed, checked, kept."""

from __future__ import annotations

import pytest

from app.documents import checking, quota, uploads
from app.documents.models import File, FileVersion, LeftObject, Reason
from app.records import registry
from app.records.errors import Forbidden, Invalid, NotVisible, Refused
from app.records.models import Event
from tenants.files import store
from tests.documents import contents
from tests.files.browsers import post
from tests.records.helpers import actor

State = FileVersion.State


def test_a_file_is_taken_when_nothing_is_found_against_it(send, deal, alice):
    content = contents.pdf()
    version = send("Offer.pdf", content, "application/pdf")
    assert (version.state, version.number, version.content_type) == (
        State.READY,
        1,
        "application/pdf",
    )
    assert len(version.sha256) == 64
    assert (version.file.entity, version.file.record_id) == ("deals", deal.pk)
    assert (version.file.current, version.file.created_by_id) == (1, alice.pk)
    assert b"".join(store.fetch(version.key)) == content
    assert store.arrived(version.key) is None


def test_it_is_told_as_an_event_of_its_record(send, deal, alice):
    version = send("Offer.pdf", contents.pdf())
    event = Event._default_manager.get(name="file.added")
    assert (event.entity, event.record_ids, event.actor_id) == ("deals", [deal.pk], alice.pk)
    assert event.details == {"file": version.file_id, "name": "Offer.pdf", "version": 1}


def test_room_is_held_while_it_is_on_its_way_and_counted_once_it_is_there(send):
    send.announce("a.txt", 700)
    assert (quota.usage().ready, quota.usage().reserved) == (0, 700)
    version = send("b.txt", b"x" * 40)
    assert (quota.usage().ready, quota.usage().reserved) == (40, 700)
    assert version.size == 40


@pytest.mark.parametrize(
    ("name", "size", "kind", "field"),
    [
        ("tool.exe", 10, "", "name"),
        ("page.php", 10, "", "name"),
        ("macro.docm", 10, "", "name"),
        ("noending", 10, "", "name"),
        ("", 10, "", "name"),
        ("a.pdf", 0, "", "size"),
        ("a.pdf", -1, "", "size"),
        ("a.pdf", True, "", "size"),
        ("a.pdf", "12", "", "size"),
        ("a.pdf", 5_000_000_001, "", "size"),
        ("a.pdf", 10, "text/html", "content_type"),
        ("a.pdf", 10, None, "content_type"),
        ("a.png", 10, "image/svg+xml", "content_type"),
    ],
)
def test_what_cannot_be_taken_is_refused_before_it_is_sent(name, size, kind, field):
    with pytest.raises(Invalid) as refusal:
        uploads.announce(name, size, kind)
    assert set(refusal.value.errors) == {field}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Zeile\none\r.pdf", "Zeileone.pdf"),
        ("invoice\u202efdp.exe.pdf", "invoicefdp.exe.pdf"),
        ("C:\\Users\\eve\\plan.pdf", "plan.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("合同 最终版.pdf", "合同 最终版.pdf"),
        ("a" * 251 + ".pdf", "a" * 251 + ".pdf"),
        ("界" * 300 + ".pdf", "界" * 83 + ".pdf"),
        (' "quoted"; x=1.pdf', '"quoted"; x=1.pdf'),
    ],
)
def test_names_keep_their_words_and_lose_their_tricks(given, kept):
    assert uploads.announce(given, 1, "").name == kept


@pytest.mark.parametrize("name", ["合同 最终版.txt", 'a"; b\\c%20.txt', "x" * 251 + ".txt"])
def test_a_download_bears_the_name(send, alice, name):
    from urllib.request import urlopen

    from app.documents import editing

    version = send(name, b"hello")
    address = editing.address_of(version.file_id, None, actor=actor(alice))
    with urlopen(address) as answer:
        said = answer.headers["Content-Disposition"]
        assert said.startswith("attachment")
        assert answer.headers["Content-Type"] == "text/plain"
        assert answer.read() == b"hello"
    assert "\n" not in said


def test_the_store_takes_no_more_than_was_announced(send):
    file, ticket = send.announce("a.txt", 5)
    answer = post(ticket.form, b"123456")
    assert answer.status == 400
    assert b"EntityTooLarge" in answer.body
    with pytest.raises(Refused, match="not arrived"):
        uploads.confirm(file.pk, ticket.version.pk, actor=actor(send.user))


def test_less_than_was_announced_is_not_taken(send):
    file, ticket = send.announce("a.txt", 5)
    post(ticket.form, b"123")
    version = uploads.confirm(file.pk, ticket.version.pk, actor=actor(send.user))
    assert (version.state, version.reason) == (State.REJECTED, Reason.OTHER_SIZE)
    assert quota.usage().taken == 0


def test_the_store_takes_no_other_type_and_no_other_key(send):
    _file, ticket = send.announce("a.txt", 5)
    assert post(ticket.form, b"12345", Content_Type="text/html").status == 403
    elsewhere = ticket.form.fields["key"].replace("incoming/", "")
    assert post(ticket.form, b"12345", key=elsewhere).status == 403
    assert store.arrived(ticket.version.key) is None


def test_nothing_is_taken_in_the_name_of_another_workspace(send, other):
    _file, ticket = send.announce("a.txt", 5)
    theirs = ticket.form.fields["key"].replace("/t_1/", f"/{other.schema}/")
    assert theirs != ticket.form.fields["key"]
    assert post(ticket.form, b"12345", key=theirs).status == 403


def test_an_address_dies(send, monkeypatch):
    import time

    monkeypatch.setattr(store, "UPLOAD_LIFE", 1)
    _file, ticket = send.announce("a.txt", 5)
    time.sleep(2)
    assert post(ticket.form, b"12345").status == 403


def test_confirming_twice_checks_once(send, jobs):
    file, ticket = send.announce("a.txt", 5)
    post(ticket.form, b"12345")
    who = actor(send.user)
    first = uploads.confirm(file.pk, ticket.version.pk, actor=who)
    second = uploads.confirm(file.pk, ticket.version.pk, actor=who)
    assert (first.state, second.state) == (State.CHECKING, State.CHECKING)
    assert [name for name, _args in jobs] == ["check"]
    checking.check(first.pk)
    assert uploads.confirm(file.pk, ticket.version.pk, actor=who).state == State.READY


def test_an_upload_is_confirmed_only_by_whoever_began_it(send, deal, dora):
    file, ticket = send.announce("a.txt", 5)
    post(ticket.form, b"12345")
    with pytest.raises(NotVisible):
        uploads.confirm(file.pk, ticket.version.pk, actor=actor(dora))
    with pytest.raises(NotVisible):
        uploads.cancel(file.pk, ticket.version.pk, actor=actor(dora))
    ticket.version.refresh_from_db()
    assert ticket.version.state == State.PENDING


def test_an_upload_of_another_file_is_not_this_ones(send):
    one, _ticket = send.announce("a.txt", 5)
    _two, ticket = send.announce("b.txt", 5)
    with pytest.raises(NotVisible):
        uploads.confirm(one.pk, ticket.version.pk, actor=actor(send.user))


def test_two_tabs_send_two_files_of_one_name(send):
    first, second = send("a.txt", b"one"), send("a.txt", b"two")
    assert first.file_id != second.file_id
    assert b"".join(store.fetch(first.key)) == b"one"


def test_what_is_given_up_leaves_nothing(send, jobs):
    from app.documents import leaving

    file, ticket = send.announce("a.txt", 5)
    post(ticket.form, b"12345")
    uploads.cancel(file.pk, ticket.version.pk, actor=actor(send.user))
    assert not File._default_manager.exists()
    assert quota.usage().taken == 0
    assert ("drop_left", {}) in jobs
    leaving.drop_left()
    assert store.arrived(ticket.version.key) is None
    assert LeftObject._default_manager.count() == 1  # once more, when its address is dead


def test_without_the_right_nothing_is_announced(send, deal, bob, rita, charlie):
    entity, said = registry.get("deals"), uploads.announce("a.txt", 5, "")
    for who, refusal in ((bob, Forbidden), (rita, Forbidden), (charlie, NotVisible)):
        with pytest.raises(refusal):
            uploads.start(entity, deal.pk, said, actor=actor(who))
    assert not File._default_manager.exists()
    assert quota.usage().taken == 0
