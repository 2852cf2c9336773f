"""From the announcement of a file until it has arrived: rows and room first, then the store.

The store is never asked inside a transaction of ours. What dies in between is a row that the
next tidying takes away, with its room and whatever had arrived.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.access.rights import Verb
from app.documents import jobs, kinds, leaving, quota
from app.documents.files import find_file, held_shelf, own_upload
from app.documents.models import File, FileVersion, Reason
from app.lib.formats import file_size
from app.records.entity import Entity
from app.records.errors import Invalid, NotVisible, Refused
from app.records.writing import atomic
from tenants.files import names, store
from tenants.files.errors import Changed, NoSuchFile
from tenants.files.scanning import scanner_configured

logger = logging.getLogger(__name__)
State = FileVersion.State
#: Larger files come in parts, which a broken line does not throw back to the start.
IN_ONE_PIECE = 100 * 1000**2
LARGEST = 5 * 1000**3
PART_ADDRESSES = 100


@dataclass(frozen=True, slots=True)
class Announced:
    """A file as it was announced: cleaned, and of a kind that is taken."""

    name: str
    size: int
    content_type: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """Where the browser sends an upload: a form, or so many parts."""

    version: FileVersion
    form: store.Upload | None
    parts: int

    def as_json(self) -> dict[str, Any]:
        """What the browser is told."""
        return {
            "id": self.version.pk,
            "url": self.form.url if self.form else None,
            "fields": self.form.fields if self.form else None,
            "part_size": store.PART if self.parts else None,
            "parts": self.parts or None,
        }


def announce(name: Any, size: Any, content_type: Any) -> Announced:
    """Judge what somebody wants to upload. Raises Invalid with sentences by field."""
    errors: dict[str, list[str]] = {}
    clean = clean_name(name, errors)
    kind = kinds.of_name(clean)
    if clean and kind is None:
        errors["name"] = [_("Files of this kind are not taken. Put it into a .zip archive.")]
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        errors["size"] = [_("Enter the size in bytes.")]
    elif size == 0:
        errors["size"] = [_("The file is empty.")]
    elif size > largest():
        errors["size"] = [_("A file has at most %(most)s.") % {"most": file_size(largest())}]
    if not isinstance(content_type, str) or (kind and not kind.fits(content_type)):
        errors["content_type"] = [_("This type does not fit the name of the file.")]
    if errors or kind is None:
        raise Invalid(errors)
    return Announced(clean, size, kind.content_type)


def largest() -> int:
    """How many bytes a file may have: no more than the virus scanner takes, where there is one."""
    scanned = settings.CLAMD_MAX_MB * 1024**2 if scanner_configured() else LARGEST
    return min(LARGEST, scanned)


def clean_name(name: Any, errors: dict[str, list[str]]) -> str:
    """The name as it is kept: without folders, control characters and tricks of direction."""
    if not isinstance(name, str) or not name.strip():
        errors["name"] = [_("Enter a name.")]
        return ""
    return names.harmless(name.replace("\\", "/").rpartition("/")[2] or name)


def start(entity: Entity, pk: int, announced: Announced, *, actor: Actor) -> tuple[File, Ticket]:
    """Announce a new file on a record. Raises NotVisible, Forbidden, NoRoom, StorageDown."""
    with atomic():
        shelf = held_shelf(entity, pk, actor=actor)
        file = File._default_manager.create(
            entity=shelf.entity.slug,
            record_id=shelf.pk,
            name=announced.name,
            created_by_id=actor.user_id,
        )
        version = expect(file, announced, actor=actor)
    return file, ticket(version)


def start_version(pk: int, announced: Announced, *, actor: Actor) -> tuple[File, Ticket]:
    """Announce another version of a file, which keeps its name and its kind."""
    file, shelf = find_file(pk, actor=actor, verb=Verb.CHANGE)
    if ending(file.name) != ending(announced.name):
        words = _("A new version is of the same kind as the file: .%(ending)s.")
        raise Invalid({"name": [words % {"ending": ending(file.name)}]})
    with atomic():
        held_shelf(shelf.entity, shelf.pk, actor=actor)
        version = expect(file, announced, actor=actor)
    return file, ticket(version)


def ending(name: str) -> str:
    """The kind of a file, by its name."""
    kind = kinds.of_name(name)
    return kind.content_type if kind else name.rpartition(".")[2].lower()


def expect(file: File, announced: Announced, *, actor: Actor) -> FileVersion:
    """A row for what is to come, and the room that it will take."""
    quota.reserve(announced.size)
    return FileVersion._default_manager.create(
        file=file,
        size=announced.size,
        content_type=announced.content_type,
        uploaded_by_id=actor.user_id,
    )


def ticket(version: FileVersion) -> Ticket:
    """Ask the store where to put it; if it does not answer, nothing is left behind."""
    try:
        if version.size <= IN_ONE_PIECE:
            form = store.start_upload(
                version.key, content_type=version.content_type, most=version.size
            )
            return Ticket(version, form, 0)
        version.parts = store.start_parts(version.key, content_type=version.content_type)
        version.save(update_fields=["parts"])
        return Ticket(version, None, -(-version.size // store.PART))
    except Exception:
        forget(version)
        raise


def part_addresses(pk: int, upload: int, numbers: Any, *, actor: Actor) -> dict[str, str]:
    """Where to put these parts, by their number. Raises NotVisible, Invalid, StorageDown."""
    version = pending_upload(pk, upload, actor=actor)
    last = -(-version.size // store.PART)
    fine = isinstance(numbers, list) and 0 < len(numbers) <= PART_ADDRESSES
    if not fine or not all(type(n) is int and 1 <= n <= last for n in numbers):
        words = _("Enter a list of up to %(most)s numbers from 1 to %(last)s.")
        raise Invalid({"numbers": [words % {"most": PART_ADDRESSES, "last": last}]})
    if not version.parts:
        raise Refused(_("This upload comes in one piece."))
    addresses = store.part_urls(version.key, version.parts, numbers)
    return {str(number): url for number, url in zip(numbers, addresses, strict=True)}


def confirm(pk: int, upload: int, parts: Any = None, *, actor: Actor) -> FileVersion:
    """The browser says that everything was sent: look, and have it checked.

    Saying it again changes nothing. Raises NotVisible, Invalid, Refused, StorageDown.
    """
    file, _shelf = find_file(pk, actor=actor, verb=Verb.CHANGE)
    version = own_upload(upload, file=file, actor=actor)
    if version.state != State.PENDING:
        return version
    if version.parts:
        put_together(version, etags(parts))
    found = store.arrived(version.key)
    if found is None:
        raise Refused(_("The file has not arrived yet: send it, then confirm."))
    fits = (found.size, found.content_type) == (version.size, version.content_type)
    with atomic():
        held = FileVersion._default_manager.select_for_update().get(pk=version.pk)
        if held.state != State.PENDING:
            return held
        if not fits:
            reject(held, Reason.OTHER_SIZE)
            return held
        held.state, held.etag = State.CHECKING, found.etag
        held.save(update_fields=["state", "etag"])
        jobs.check.defer(version_id=held.pk)
    return held


def etags(parts: Any) -> list[tuple[int, str]]:
    """The parts that were sent, as (number, ETag). Raises Invalid."""
    try:
        found = [(part["number"], part["etag"]) for part in parts]
    except (TypeError, KeyError):
        found = []
    if not found or not all(type(n) is int and isinstance(e, str) and e for n, e in found):
        raise Invalid({"parts": [_("Enter the number and the ETag of each part.")]})
    return found


def put_together(version: FileVersion, parts: list[tuple[int, str]]) -> None:
    """Make one object of the parts; done before, it is done."""
    try:
        store.finish_parts(version.key, version.parts, parts)
    except NoSuchFile:
        return
    except Changed:
        words = _("The store does not have these parts: send them again.")
        raise Invalid({"parts": [words]}) from None


def cancel(pk: int, upload: int, *, actor: Actor) -> None:
    """Give up an upload, or take a refused one off the page."""
    file, _shelf = find_file(pk, actor=actor, verb=Verb.CHANGE)
    version = file.versions.filter(pk=upload).first()
    mine = version is not None and version.uploaded_by_id == actor.user_id
    if version is None or not (mine or version.state == State.REJECTED):
        raise NotVisible
    forget(version)


def pending_upload(pk: int, upload: int, *, actor: Actor) -> FileVersion:
    """An upload of the actor's own that still waits for its bytes."""
    file, _shelf = find_file(pk, actor=actor, verb=Verb.CHANGE)
    version = own_upload(upload, file=file, actor=actor)
    if version.state != State.PENDING:
        raise Refused(_("This upload is over."))
    return version


def forget(version: FileVersion) -> None:
    """Take a pending or refused upload away, with its room, its objects and an empty file."""
    with atomic():
        rows = FileVersion._default_manager.select_for_update()
        held = rows.filter(pk=version.pk, state__in=(State.PENDING, State.REJECTED)).first()
        if held is None:
            return
        if held.state == State.PENDING:
            quota.release(held.size)
        leaving.leave([held.key])
        held.delete()
        remaining = FileVersion._default_manager.filter(file=held.file_id)
        if not remaining.exists():
            File._default_manager.filter(pk=held.file_id, current=None).delete()


def reject(held: FileVersion, reason: Reason, detail: str = "") -> None:
    """Do not take a version whose row is held: give back its room, drop what arrived."""
    held.state, held.reason, held.detail = State.REJECTED, reason, detail[:200]
    held.save(update_fields=["state", "reason", "detail"])
    quota.release(held.size)
    leaving.leave([held.key])
