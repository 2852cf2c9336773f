"""A file is seen by whoever sees its record, changed by whoever may change that: everywhere."""

from __future__ import annotations

from typing import Any

import pytest

from app.documents import deletion, editing, files
from app.documents.models import File, FileVersion
from app.records import changes, purging, registry
from app.records.errors import NotVisible
from tenants.context import use_tenant
from tests.api.caller import caller_of
from tests.documents import contents
from tests.records.helpers import actor

#: Who gets what: to read, to change.
OTHERS = {"bob": (200, 403), "rita": (200, 403), "dora": (200, 200), "charlie": (404, 404)}
CHANGES = (
    ("rename/", {"name": "b.txt"}),
    ("versions/1/", {}),
    ("delete/", {}),
)


@pytest.fixture
def file(send: Any) -> File:
    """A file on alice's deal, ready."""
    return send("Secret offer.txt", b"hello").file


def good(status: int) -> bool:
    return 200 <= status < 400


@pytest.mark.parametrize("name", OTHERS)
def test_the_pages_ask_for_the_records_rights(name, file, deal, browser, request):
    may_read, may_change = (expect == 200 for expect in OTHERS[name])
    client = browser(request.getfixturevalue(name))
    for path in (f"{file.pk}/download/", f"{file.pk}/versions/", f"of/deals/{deal.pk}/"):
        answer = client.get(f"/files/{path}")
        assert good(answer.status_code) if may_read else answer.status_code == 404, path
        assert may_read or b"Secret" not in answer.content
    for path, data in CHANGES:
        answer = client.post(f"/files/{file.pk}/{path}", data)
        expected = answer.status_code == (403 if may_read else 404)
        assert good(answer.status_code) if may_change else expected, path
    page = client.get(f"/deals/{deal.pk}/")
    assert may_read == (page.status_code == 200)


@pytest.mark.parametrize("name", OTHERS)
def test_announcing_and_sending_ask_for_them_too(name, file, deal, browser, request):
    read, change = OTHERS[name]
    client = browser(request.getfixturevalue(name))
    facts = {"name": "b.txt", "size": 5, "content_type": "text/plain"}
    for path in (f"of/deals/{deal.pk}/", f"{file.pk}/versions/"):
        answer = client.post(f"/files/{path}", facts, content_type="application/json")
        assert answer.status_code == (change if read == 200 else 404), path


@pytest.mark.parametrize("name", OTHERS)
def test_the_api_asks_for_them_too(name, file, deal, workspace, request):
    read, change = OTHERS[name]
    api = caller_of(request.getfixturevalue(name), ref=workspace)
    assert api.get(f"/files/{file.pk}").status_code == read
    assert api.get(f"/deals/{deal.pk}/files").status_code == read
    assert api.get(f"/files/{file.pk}/download").status_code == (302 if read == 200 else 404)
    facts = {"name": "b.txt", "size": 5}
    made = 201 if change == 200 else change
    assert api.post(f"/deals/{deal.pk}/files", facts).status_code == made
    assert api.post(f"/files/{file.pk}/versions", facts).status_code == made
    assert api.patch(f"/files/{file.pk}", {"name": "c.txt"}).status_code == change
    assert api.delete(f"/files/{file.pk}").status_code == (204 if change == 200 else change)


def test_mallory_finds_nothing_of_it(file, deal, mallory, other, browser):
    client, api = browser(mallory, ref=other), caller_of(mallory, ref=other)
    for rest in ("download/", "versions/", "preview/", "pictures/0/", "rename/"):
        assert client.get(f"/files/{file.pk}/{rest}").status_code == 404
    assert api.get(f"/files/{file.pk}").status_code == 404
    assert client.get(f"/files/of/deals/{deal.pk}/").status_code == 404
    with use_tenant(other):
        assert not File.objects.exists()


def test_the_address_of_a_file_is_not_good_for_another(send, alice):
    from urllib.error import HTTPError
    from urllib.request import urlopen

    one, two = send("a.txt", b"one"), send("b.txt", b"two")
    address = editing.address_of(one.file_id, None, actor=actor(alice))
    forged = address.replace(str(one.key), str(two.key))
    assert forged != address
    with pytest.raises(HTTPError) as refused:
        urlopen(forged)
    assert refused.value.code == 403


def test_a_download_says_that_nobody_may_keep_it(file, browser, alice):
    answer = browser(alice).get(f"/files/{file.pk}/download/")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "X-Amz-Expires=60" in answer.headers["Location"]


def test_a_download_is_an_event_of_the_record(file, deal, browser, bob):
    from app.records.models import Event

    browser(bob).get(f"/files/{file.pk}/download/")
    event = Event._default_manager.get(name="file.downloaded")
    assert (event.record_ids, event.actor_id) == ([deal.pk], bob.pk)


def test_what_is_not_ready_is_not_handed_out(send, browser, alice):
    version = send.arrive("a.txt", b"12345")
    assert version.state == FileVersion.State.CHECKING
    assert browser(alice).get(f"/files/{version.file_id}/download/").status_code == 404


def test_the_files_of_a_deleted_record_come_back_with_it(file, deal, browser, alice):
    client, entity = browser(alice), registry.get("deals")
    changes.delete(entity, deal.pk, actor=actor(alice), version=None)
    assert client.get(f"/files/{file.pk}/download/").status_code == 404
    assert client.get(f"/files/of/deals/{deal.pk}/").status_code == 404
    changes.restore(entity, deal.pk, actor=actor(alice))
    assert client.get(f"/files/{file.pk}/download/").status_code == 302


def test_a_purged_record_takes_its_files_along(send, file, deal, alice, jobs):
    from app.documents import leaving, quota
    from tenants.files import store

    version = file.versions.get()
    deal.refresh_from_db()
    done = purging.purge_many(
        registry.get("deals"), [(deal.pk, deal.version)], actor=actor(alice), origin="page"
    )
    assert done.outcomes[0].status == "purged"
    assert not File.objects.exists()
    assert quota.usage().taken == 0
    leaving.drop_left()
    assert store.kept(version.key) is None


def test_who_no_longer_sees_the_record_no_longer_gets_the_file(file, deal, alice, bob, charlie):
    entity, who = registry.get("deals"), actor(bob)
    assert files.find_file(file.pk, actor=who)
    changes.update(entity, deal.pk, {"owner_id": charlie.pk}, actor=actor(alice), version=None)
    with pytest.raises(NotVisible):
        files.find_file(file.pk, actor=who)


def test_the_timeline_names_it(file, deal, browser, alice, bob):
    page = browser(bob).get(f"/deals/{deal.pk}/").content.decode()
    assert "added the file" in page
    assert page.count("Secret offer.txt") >= 2
    deletion.delete(file.pk, actor=actor(alice))
    page = browser(bob).get(f"/deals/{deal.pk}/").content.decode()
    assert "deleted the file" in page
    assert f"/files/{file.pk}/download/" not in page


def test_nobody_sees_scripts_inline(send, alice):
    from urllib.request import urlopen

    for name, content in (("a.svg", b"<svg onload='alert(1)'/>"), ("a.html", b"<html>x</html>")):
        version = send(name, content)
        with urlopen(editing.address_of(version.file_id, None, actor=actor(alice))) as answer:
            assert answer.headers["Content-Type"] == "application/octet-stream"
            assert answer.headers["Content-Disposition"].startswith("attachment")
        assert version.preview == ""
    assert contents.picture()
