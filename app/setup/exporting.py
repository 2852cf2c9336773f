"""Everything that somebody may take along, in one ZIP archive: tables as CSV, and the files.

The archive is written to a file without a name on this machine, then put into the object store;
a killed worker leaves nothing behind, and the next one starts anew.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable, Iterable, Iterator
from tempfile import TemporaryFile
from typing import IO

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from app.access.actors import Actor, load_actor
from app.access.models import User
from app.access.tree import alias, hold
from app.documents.models import File, FileVersion
from app.lib.spreadsheets import harmless
from app.records import registry
from app.records.models import Link
from app.records.whole import counted, whole
from app.setup.exports import KEPT, Export
from tenants.audit import name_event
from tenants.context import bind_actor
from tenants.files import names, store
from tenants.files.errors import NoSuchFile, StorageDown, StorageRefused

#: Files come along as long as they have no more bytes than this altogether.
MOST_FILES = 2 * 1000**3
#: Rows between two notes of the progress.
STEP = 2_000
ZIP = "application/zip"
Status = Export.Status


def start(*, by: Actor) -> Export:
    """Queue an export for this person. Raises ValidationError while another one is at work."""
    from app.setup.jobs import run_export

    with transaction.atomic(using=alias()):
        hold()
        if any(one.is_busy for one in Export.objects.exclude(status=Status.GONE)[:20]):
            raise ValidationError(_("An export is at work already: wait until it is done."))
        name_event("workspace.export_asked")
        made = Export.objects.create(asked_by_id=by.user_id)
        run_export.defer(export_id=made.pk)
    return made


def run(export_id: int) -> None:
    """Make the archive; called again after a crash it starts anew."""
    made = Export.objects.get(pk=export_id)
    if made.status not in (Status.QUEUED, Status.RUNNING):
        return
    actor = load_actor(made.asked_by_id)
    with bind_actor(made.asked_by_id), override(actor.language if actor else "en"):
        if actor is None or not actor.administers:
            _end(made, Status.FAILED, _("Whoever started it may no longer do so."))
            return
        try:
            _make(made, actor)
        except (StorageDown, StorageRefused):
            _end(made, Status.FAILED, _("The storage of files does not answer. Try again soon."))
        except Exception:
            _end(made, Status.FAILED, _("It stopped by a fault of ours."))
            raise


def _make(made: Export, actor: Actor) -> None:
    made.status, made.done, made.files_left_out = Status.RUNNING, 0, 0
    made.total = sum(counted(one, actor=actor) for one in registry.all_entities())
    made.save(update_fields=["status", "done", "files_left_out", "total"])
    with TemporaryFile() as handle:
        Writing(made, actor, handle).everything()
        made.size = handle.tell()
        handle.seek(0)
        store.put_large(made.object, handle, content_type=ZIP)
    made.expires_at = timezone.now() + KEPT
    with transaction.atomic(using=alias()):
        name_event("workspace.exported")
        made.save(update_fields=["size", "expires_at", "files_left_out"])
        _end(made, Status.DONE, "")


def _end(made: Export, status: str, error: str) -> None:
    made.status, made.error, made.finished_at = status, error, timezone.now()
    made.save(update_fields=["status", "error", "finished_at"])


class Writing:
    """One archive while it is written."""

    def __init__(self, made: Export, actor: Actor, handle: IO[bytes]) -> None:
        self.made, self.actor = made, actor
        self.archive = zipfile.ZipFile(handle, "w", zipfile.ZIP_DEFLATED)

    def everything(self) -> None:
        """All tables, then the files."""
        with self.archive:
            for entity in registry.all_entities():
                self.table(entity.slug, whole(entity, actor=self.actor))
            self.table("people", people())
            self.table("links", links(self.actor))
            self.files()

    def table(self, name: str, rows: Iterable[list[str]]) -> None:
        """One CSV file, with the mark by which spreadsheets know UTF-8."""
        with self.archive.open(f"{name}.csv", "w", force_zip64=True) as out:
            write = csv.writer(_Lines(out.write)).writerow
            out.write("\ufeff".encode())
            for number, row in enumerate(rows):
                write(row)
                if number % STEP == STEP - 1:
                    self.note(STEP)

    def note(self, steps: int) -> None:
        """Let the page see how far it is."""
        self.made.done += steps
        self.made.save(update_fields=["done"])

    def files(self) -> None:
        """The list of all files, and their bytes as long as they fit."""
        found = list(versions())
        fits = sum(one.size for one in found) <= MOST_FILES
        rows = [_file_row(one, path_of(one) if fits else "") for one in found]
        self.table("files", [FILE_HEADS, *rows])
        if fits:
            for one in found:
                self.file(one)
        else:
            self.made.files_left_out = len(found)
            self.archive.writestr("files-left-out.txt", left_out(found))

    def file(self, version: FileVersion) -> None:
        """One file as it is; packing what is packed already only takes time."""
        try:
            chunks = store.fetch(version.key)
        except NoSuchFile:
            self.made.files_left_out += 1
            return
        entry = zipfile.ZipInfo(path_of(version), timezone.now().timetuple()[:6])
        with self.archive.open(entry, "w", force_zip64=True) as out:
            for chunk in chunks:
                out.write(chunk)


class _Lines:
    """What csv wants of a file, over one of bytes."""

    def __init__(self, write: Callable[[bytes], int]) -> None:
        self._write = write

    def write(self, line: str) -> int:
        return self._write(line.encode())


def people() -> Iterator[list[str]]:
    """Everybody who is or was here."""
    yield ["id", "name", "email", "role", "team", "manager", "external_id", "active", "seat"]
    for one in User.objects.select_related("team", "manager").order_by("pk").iterator():
        yield [
            str(one.pk),
            harmless(one.name),
            harmless(one.email or ""),
            one.role,
            harmless(one.team.name if one.team else ""),
            harmless(one.manager.name if one.manager else ""),
            harmless(one.external_id),
            "true" if one.is_active else "false",
            "true" if one.has_seat else "false",
        ]


def links(actor: Actor) -> Iterator[list[str]]:
    """The ties between records; only administrators export, who see both ends of each."""
    yield ["entity", "id", "linked_entity", "linked_id", "role"]
    if actor.administers:
        for one in Link._default_manager.order_by("pk").iterator():
            ends = [one.source, str(one.source_id), one.target, str(one.target_id)]
            yield [*ends, harmless(one.role)]


FILE_HEADS = ["id", "entity", "record_id", "name", "version", "bytes", "type", "added", "path"]


def versions() -> Iterator[FileVersion]:
    """The current version of every file that is not in the recycle bin."""
    live = File._default_manager.filter(deleted_at=None, current__isnull=False)
    rows = FileVersion._default_manager.filter(file__in=live, state=FileVersion.State.READY)
    for one in rows.select_related("file").order_by("file_id", "number").iterator():
        if one.number == one.file.current:
            yield one


def path_of(version: FileVersion) -> str:
    """Where a file lies in the archive: by its record, its number before its name."""
    file = version.file
    return f"files/{file.entity}/{file.record_id}/{file.pk}-{names.harmless(file.name)}"


def _file_row(version: FileVersion, path: str) -> list[str]:
    file = version.file
    added = (version.ready_at or version.started_at).isoformat(timespec="seconds")
    record = [str(file.pk), file.entity, str(file.record_id), harmless(file.name)]
    return [*record, str(version.number), str(version.size), version.content_type, added, path]


def left_out(found: list[FileVersion]) -> str:
    """Why there are no files in the archive."""
    facts = {"files": len(found), "size": sum(one.size for one in found), "most": MOST_FILES}
    text = _(
        "The %(files)s files have %(size)s bytes altogether, more than the %(most)s that an export "
        "holds. They are listed in files.csv; fetch them on the pages of their records."
    )
    return text % facts


def fetch(made: Export, *, by: Actor) -> str:
    """The address from which its asker gets it, for a minute. Raises StorageDown."""
    with transaction.atomic(using=alias()), bind_actor(by.user_id):
        name_event("workspace.export_fetched")
        made.fetched_at = timezone.now()
        made.save(update_fields=["fetched_at"])
    name = f"{made.created_at.date().isoformat()}.zip"
    return store.download_url(made.object, name=f"clientele-{name}", content_type=ZIP)


def drop_old() -> None:
    """Delete what has been kept long enough."""
    for one in Export.objects.filter(status=Status.DONE, expires_at__lt=timezone.now()):
        store.drop(one.object)
        one.status = Status.GONE
        one.save(update_fields=["status"])
