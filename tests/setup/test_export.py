"""Everything in one archive: complete, harmless, for whoever asked and nobody else."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from app.access.models import Limits, Role, User
from app.records import registry
from app.records.models import AuditEntry
from app.setup import exporting
from app.setup.exports import Export
from tenants.context import use_tenant
from tenants.files import store
from tests.documents.conftest import jobs, send  # noqa: F401
from tests.factories import one_of_each, sample
from tests.records.helpers import actor, make, pipeline


@pytest.fixture
def deal(workspace: Any, alice: Any) -> Any:
    made = pipeline(alice)
    return make("deals", alice, name="Tower", stage_id=made["Prospecting"].pk)


@pytest.fixture
def rows(workspace: Any, storage: Any, alice: Any) -> dict[str, Any]:
    return one_of_each(by=alice, stamp="Zebra")


def exported(user: Any) -> Export:
    made = exporting.start(by=actor(user))
    exporting.run(made.pk)
    made.refresh_from_db()
    assert made.error == ""
    return made


def archive_of(made: Export) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(store.fetch(made.object))))


def table(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    text = archive.read(f"{name}.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_there_is_a_table_of_every_kind_with_every_row(rows, alice):
    archive = archive_of(exported(alice))
    for entity in registry.all_entities():
        told = table(archive, entity.slug)
        live = entity.model._default_manager.filter(deleted_at=None)
        assert {row["id"] for row in told} == {str(pk) for pk in live.values_list("pk", flat=True)}
    assert len(table(archive, "people")) == User.objects.count()
    assert {row["linked_entity"] for row in table(archive, "links")} != set()


def test_relations_are_readable_and_keep_their_numbers(rows, alice):
    archive = archive_of(exported(alice))
    [contact] = [row for row in table(archive, "contacts") if row["id"] == str(rows["contacts"].pk)]
    assert contact["account"] == rows["accounts"].name
    assert contact["account_id"] == str(rows["accounts"].pk)
    assert contact["owner"] == alice.name


def test_a_second_page_of_rows_comes_along(workspace, storage, alice, monkeypatch):
    from app.records import whole

    monkeypatch.setattr(whole, "MOST", 2)
    for number in range(5):
        sample("accounts", by=alice, stamp=f"Account {number}")
    told = table(archive_of(exported(alice)), "accounts")
    assert [row["name"] for row in told] == [f"Account {number}" for number in range(5)]


def test_formulas_are_harmless(workspace, storage, alice, bob):
    sample("accounts", by=alice, name='=HYPERLINK("http://evil")')
    User.objects.filter(pk=bob.pk).update(name="=1+1")
    archive = archive_of(exported(alice))
    assert not [row for row in table(archive, "accounts") if row["name"].startswith("=")]
    assert not [row for row in table(archive, "people") if row["name"].startswith("=")]


def test_files_come_along_under_their_record(send, deal, alice):  # noqa: F811
    version = send("Offer.txt", b"a quiet offer")
    archive = archive_of(exported(alice))
    [row] = table(archive, "files")
    assert row["path"] == f"files/deals/{deal.pk}/{version.file_id}-Offer.txt"
    assert archive.read(row["path"]) == b"a quiet offer"
    assert (row["name"], row["bytes"]) == ("Offer.txt", "13")


def test_too_many_bytes_of_files_are_listed_instead(send, deal, alice, monkeypatch):  # noqa: F811
    send("Offer.txt", b"a quiet offer")
    monkeypatch.setattr(exporting, "MOST_FILES", 12)
    made = exported(alice)
    archive = archive_of(made)
    assert made.files_left_out == 1
    assert [row["path"] for row in table(archive, "files")] == [""]
    assert "13 bytes" in archive.read("files-left-out.txt").decode()
    assert not [name for name in archive.namelist() if name.startswith("files/")]


def test_one_at_a_time(workspace, alice):
    exporting.start(by=actor(alice))
    with pytest.raises(ValidationError):
        exporting.start(by=actor(alice))
    Export.objects.update(created_at=timezone.now() - timedelta(hours=25))
    exporting.start(by=actor(alice))


class Killed(BaseException):
    """The worker is gone."""


def test_a_killed_worker_starts_anew(rows, alice, monkeypatch):
    made = exporting.start(by=actor(alice))
    real = exporting.people

    def dying() -> Any:
        raise Killed

    monkeypatch.setattr(exporting, "people", dying)
    with pytest.raises(Killed):
        exporting.run(made.pk)
    made.refresh_from_db()
    assert made.status == "running"
    monkeypatch.setattr(exporting, "people", real)
    exporting.run(made.pk)
    made.refresh_from_db()
    assert made.status == "done"
    assert len(table(archive_of(made), "people")) == User.objects.count()
    exporting.run(made.pk)
    assert Export.objects.get().status == "done", "a job that comes late does nothing"


def test_it_names_itself_in_the_audit(rows, alice):
    made = exported(alice)
    exporting.fetch(made, by=actor(alice))
    trail = AuditEntry.objects.filter(table_name="setup_export")
    events = set(trail.values_list("event", flat=True))
    assert {"workspace.export_asked", "workspace.exported", "workspace.export_fetched"} <= events


def test_somebody_who_is_no_administrator_any_more_gets_nothing(workspace, storage, alice):
    made = exporting.start(by=actor(alice))
    User.objects.filter(pk=alice.pk).update(role=Role.SALES)
    exporting.run(made.pk)
    made.refresh_from_db()
    assert made.status == "failed"


def test_it_is_deleted_after_seven_days(rows, alice):
    made = exported(alice)
    exporting.drop_old()
    assert store.kept(made.object) is not None
    Export.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    exporting.drop_old()
    made.refresh_from_db()
    assert made.status == "gone"
    assert store.kept(made.object) is None


def test_only_who_asked_is_led_to_the_store(browser, two, storage, alice, bob):
    with use_tenant(two[0]):
        User.objects.filter(pk=bob.pk).update(role=Role.ADMINISTRATOR)
        made = exported(alice)
    path = f"/settings/export/{made.pk}/download/"
    answer = browser(alice).get(path)
    assert answer.status_code == 302
    assert "X-Amz-Signature" in answer.headers["Location"]
    assert str(made.object) in answer.headers["Location"]
    assert browser(bob).get(path).status_code == 404


@pytest.mark.parametrize("name", ["bob", "rita", "dora"])
def test_the_page_is_for_owner_and_administrators(browser, request, name):
    client = browser(request.getfixturevalue(name))
    assert client.get("/settings/export/").status_code == 403
    assert client.post("/settings/export/").status_code == 403


def test_it_works_while_the_workspace_is_read_only(browser, two, storage, alice):
    with use_tenant(two[0]):
        sample("accounts", by=alice, name="Kept")
        Limits.objects.update(state="restricted")
    client = browser(alice)
    assert client.post("/settings/export/").status_code == 302
    with use_tenant(two[0]):
        made = Export.objects.get()
        assert made.is_busy
        exporting.run(made.pk)
        made.refresh_from_db()
        assert "Kept" in {row["name"] for row in table(archive_of(made), "accounts")}
    assert "Download" in client.get("/settings/export/").content.decode()


def test_without_a_store_it_says_so(browser, alice, settings):
    settings.S3_BUCKET = ""
    client = browser(alice)
    assert "no place to keep files" in client.get("/settings/export/").content.decode()
    client.post("/settings/export/")
    assert "no place to keep files" in client.get("/settings/export/").content.decode()


def test_a_store_that_is_down_is_told_and_can_be_tried_again(workspace, alice, settings):
    settings.S3_BUCKET, settings.S3_ENDPOINT_URL = "nothing-here", "http://127.0.0.1:9"
    settings.S3_ACCESS_KEY_ID = settings.S3_SECRET_ACCESS_KEY = "x"
    made = exporting.start(by=actor(alice))
    exporting.run(made.pk)
    made.refresh_from_db()
    assert made.status == "failed"
    assert "does not answer" in made.error
    exporting.start(by=actor(alice))
