"""Versions, names, pictures, deletion, room: what becomes of a file that was taken."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from app.access.models import Limits
from app.documents import deletion, editing, leaving, previews, quota, tidying, uploads
from app.documents.models import File, FileVersion, LeftObject, StorageUse
from app.lib.formats import file_size
from app.records.errors import Invalid, NotVisible, Refused
from app.records.models import Event
from tenants.files import store
from tests.documents import contents
from tests.files.browsers import post
from tests.records.helpers import actor

State, Preview = FileVersion.State, FileVersion.Preview


def stored(version: FileVersion) -> bytes:
    return b"".join(store.fetch(version.key))


def back(days: float) -> Any:
    return timezone.now() - timedelta(days=days)


def test_a_new_version_takes_over_once_it_is_ready_and_the_old_ones_stay(send, alice):
    first = send("a.txt", b"one")
    file = first.file
    said = uploads.announce("a.txt", 3, "")
    _file, ticket = uploads.start_version(file.pk, said, actor=actor(alice))
    file.refresh_from_db()
    assert file.current == 1
    uploads.cancel(file.pk, ticket.version.pk, actor=actor(alice))
    second = send.again(file, b"two!")
    file.refresh_from_db()
    assert (second.number, file.current) == (2, 2)
    assert (stored(first), stored(second)) == (b"one", b"two!")
    assert quota.usage().ready == 7
    assert Event._default_manager.filter(name="file.replaced").count() == 1


def test_a_refused_version_leaves_the_file_as_it_was(send):
    file = send("a.txt", b"one").file
    bad = send.again(file, contents.PROGRAM)
    file.refresh_from_db()
    assert (bad.state, bad.number, file.current) == (State.REJECTED, None, 1)
    assert quota.usage().taken == 3


def test_an_older_version_is_made_current_again(send, alice):
    file = send("a.txt", b"one").file
    send.again(file, b"two!")
    editing.make_current(file.pk, 1, actor=actor(alice))
    file.refresh_from_db()
    assert file.current == 1
    assert send.again(file, b"three").number == 3
    with pytest.raises(NotVisible):
        editing.make_current(file.pk, 9, actor=actor(alice))


def test_a_version_of_another_kind_is_refused(send, alice):
    file = send("a.txt", b"one").file
    with pytest.raises(Invalid) as refusal:
        uploads.start_version(file.pk, uploads.announce("a.pdf", 3, ""), actor=actor(alice))
    assert ".txt" not in refusal.value.errors
    assert set(refusal.value.errors) == {"name"}


def test_a_file_is_renamed_within_its_kind(send, alice):
    file = send("a.txt", b"one").file
    assert (
        editing.rename(file.pk, "Angebot 最终.txt", actor=actor(alice)).name == "Angebot 最终.txt"
    )
    for name in ("a.exe", "a.pdf", "", "plain"):
        with pytest.raises(Invalid):
            editing.rename(file.pk, name, actor=actor(alice))
    assert Event._default_manager.get(name="file.renamed").details["before"] == "a.txt"


def test_pictures_are_made_of_photographs_without_their_notes(send):
    version = send.draw(send("a.jpg", contents.photograph()))
    assert (version.preview, len(version.pictures)) == (Preview.READY, 2)
    small, large = (b"".join(store.fetch(key)) for key in version.pictures)
    for picture, edge in ((small, 320), (large, 1600)):
        shown = Image.open(io.BytesIO(picture))
        assert shown.format == "WEBP"
        assert max(shown.size) <= edge
        assert shown.height > shown.width  # the camera lay on its side
        assert b"SecretCameraMaker" not in picture
        assert not shown.getexif()


def test_pictures_are_made_of_the_pages_of_a_pdf(send, alice, browser):
    version = send.draw(send("a.pdf", contents.pdf(3)))
    assert version.pages == 3
    dialog = browser(alice).get(f"/files/{version.file_id}/preview/").content.decode()
    assert 'data-pages="3"' in dialog
    address = browser(alice).get(f"/files/{version.file_id}/pictures/3/").headers["Location"]
    assert str(version.pictures[3]) in address
    assert browser(alice).get(f"/files/{version.file_id}/pictures/4/").status_code == 404
    assert Event._default_manager.filter(name="file.viewed").count() == 1


@pytest.mark.parametrize("content", [b"%PDF-1.7 broken", b"%PDF-1.4\n%%EOF"])
def test_what_cannot_be_drawn_has_no_picture_and_is_there_all_the_same(send, content):
    version = send.draw(send("a.pdf", content))
    assert (version.state, version.preview, version.pages) == (State.READY, Preview.FAILED, 0)


def test_a_picture_of_too_many_pixels_is_not_drawn(send):
    huge = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(huge, "PNG")
    version = send.draw(send("a.png", huge.getvalue()))
    assert version.preview == Preview.FAILED


def test_the_child_that_draws_is_held_to_its_memory(tmp_path):
    code = "from app.documents import rendering as r; r.limit(); bytearray(2 * r.MEMORY)"
    ended = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert b"MemoryError" in ended.stderr


def test_the_child_that_draws_knows_no_secret(monkeypatch, tmp_path):
    seen: dict[str, Any] = {}
    monkeypatch.setenv("SECRET_KEY", "do not tell")
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: seen.update(k))
    previews.draw("png", tmp_path / "a", tmp_path)
    assert set(seen["env"]) == {"PATH", "LANG", "PYTHONDONTWRITEBYTECODE"}


def test_a_deleted_file_can_be_brought_back_until_it_goes_for_good(send, alice, browser):
    client = browser(alice)
    version = send.draw(send("a.png", contents.picture()))
    file = version.file
    deletion.delete(file.pk, actor=actor(alice))
    assert client.get(f"/files/{file.pk}/download/").status_code == 404
    deletion.restore(file.pk, actor=actor(alice))
    assert client.get(f"/files/{file.pk}/download/").status_code == 302
    deletion.delete(file.pk, actor=actor(alice))
    File.objects.update(deleted_at=back(29))
    tidying.tidy()
    assert File.objects.exists()
    File.objects.update(deleted_at=back(31))
    tidying.tidy()
    assert not File.objects.exists()
    assert quota.usage().taken == 0
    for key in (version.key, *version.pictures):
        assert store.kept(key) is None


def test_only_a_deleted_file_goes_for_good(send, alice):
    file = send("a.txt", b"one").file
    with pytest.raises(Refused):
        deletion.purge_deleted(file.pk, actor=actor(alice))
    deletion.delete(file.pk, actor=actor(alice))
    deletion.purge_deleted(file.pk, actor=actor(alice))
    assert not File.objects.exists()


def test_what_never_arrived_is_taken_away_after_a_day(send):
    _file, ticket = send.announce("a.txt", 5)
    post(ticket.form, b"12345")
    FileVersion.objects.update(started_at=back(0.9))
    tidying.tidy()
    assert quota.usage().reserved == 5
    FileVersion.objects.update(started_at=back(1.1))
    tidying.tidy()
    assert not File.objects.exists()
    assert quota.usage().reserved == 0
    assert store.arrived(ticket.version.key) is None


def test_what_got_stuck_is_taken_up_again(send, jobs):
    version = send.arrive("a.txt", b"12345")
    jobs.clear()
    tidying.tidy()
    assert jobs == []
    FileVersion.objects.update(started_at=back(0.1))
    tidying.tidy()
    assert jobs == [("check", {"version_id": version.pk})]


def test_what_is_left_is_removed_until_nobody_can_send_it_any_more(send, weed):
    file, ticket = send.announce("a.txt", 5)
    uploads.cancel(file.pk, ticket.version.pk, actor=actor(send.user))
    leaving.drop_left()
    post(ticket.form, b"12345")
    assert store.arrived(ticket.version.key)
    LeftObject.objects.update(left_at=back(0.1))
    leaving.drop_left()
    assert store.arrived(ticket.version.key) is None
    assert not LeftObject.objects.exists()


def test_a_full_workspace_takes_no_more_and_says_why(send, alice, browser, deal):
    Limits.objects.update(storage_bytes=1_000_000)
    send("a.txt", b"x" * 400_000)
    with pytest.raises(quota.NoRoom) as refusal:
        send.announce("b.txt", 700_000)
    assert "700 KB" in str(refusal.value)
    assert "600 KB" in str(refusal.value)
    assert "1 MB" in str(refusal.value)
    facts = {"name": "b.txt", "size": 700_000, "content_type": ""}
    client = browser(alice)
    answer = client.post(f"/files/of/deals/{deal.pk}/", facts, content_type="application/json")
    assert answer.status_code == 409
    assert "600 KB" in answer.json()["error"]
    assert send("c.txt", b"x" * 600_000).state == State.READY


def test_after_a_smaller_plan_everything_can_still_be_had(send, alice, browser):
    version = send("a.txt", b"x" * 5000)
    Limits.objects.update(storage_bytes=1000)
    with pytest.raises(quota.NoRoom):
        send.announce("b.txt", 1)
    assert browser(alice).get(f"/files/{version.file_id}/download/").status_code == 302
    page = browser(alice).get("/settings/storage/").content.decode()
    assert "More is used than the plan allows" in page


def test_the_count_is_set_right_at_night(send):
    send("a.txt", b"one")
    send.announce("b.txt", 9)
    StorageUse.objects.update(ready=77, reserved=1)
    tidying.recount()
    assert (quota.usage().ready, quota.usage().reserved) == (3, 9)


def test_files_of_records_that_are_gone_are_found_at_night(send, deal):
    send("a.txt", b"one")
    File.objects.update(record_id=deal.pk + 1000)
    tidying.recount()
    assert not File.objects.exists()
    assert quota.usage().taken == 0


@pytest.mark.parametrize(
    ("size", "said"),
    [
        *((1, "1 byte"), (999, "999 bytes"), (1000, "1 KB"), (1550, "1.6 KB"), (9_960, "10 KB")),
        *((999_499, "999 KB"), (999_500, "1 MB"), (5 * 1000**3, "5 GB"), (10**15, "1000 TB")),
    ],
)
def test_sizes_are_said_as_people_say_them(size, said):
    assert file_size(size) == said
