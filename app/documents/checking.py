"""What must be true of a file before anybody gets it; run by the worker, safe to run again.

What was looked at is named by its ETag from the first byte to the last step: if somebody puts
something else in its place meanwhile, reading or keeping fails, and the file is not taken.
"""

from __future__ import annotations

import hashlib
import logging
from collections import deque
from collections.abc import Iterator

from django.db.models import Max
from django.utils import timezone

from app.access.actors import load_actor
from app.documents import archives, kinds, quota, sniffing
from app.documents.files import Shelf, tell
from app.documents.models import File, FileVersion, Reason
from app.documents.sniffing import LOOK, Fault
from app.documents.uploads import reject
from app.records import registry
from app.records.writing import atomic
from tenants.files import store
from tenants.files.errors import Changed, NoSuchFile
from tenants.files.scanning import TooLargeToScan, scan, scanner_configured

logger = logging.getLogger(__name__)
State = FileVersion.State
ZIPPED = frozenset({"zip", "docx", "xlsx", "pptx", "odf"})


def check(version_id: int) -> None:
    """Look at what arrived and keep it, or say why not.

    Raises StorageDown and ScannerDown: then the file stays as it is, unchecked, and nobody
    gets it; the job is tried again.
    """
    version = FileVersion._default_manager.select_related("file").filter(pk=version_id).first()
    if version is None or version.state != State.CHECKING:
        return
    # A worker that was killed after keeping it had found nothing against it.
    found = None if store.kept(version.key) else _judge(version)
    if found:
        _refuse(version, *found)
    else:
        _take(version)


def _judge(version: FileVersion) -> Fault | None:
    try:
        found = fault_of(version)
        if found is None:
            content_type = version.content_type
            store.keep(version.key, etag=version.etag, content_type=content_type)
        return found
    except Changed:
        return Reason.REPLACED, ""
    except NoSuchFile:
        return Reason.VANISHED, ""


def fault_of(version: FileVersion) -> Fault | None:
    """What stands against the file, or None. Raises Changed, NoSuchFile too."""
    kind = kinds.of_name(version.file.name)
    if kind is None:
        return Reason.OTHER_TYPE, ""
    head = part(version, 0, LOOK)
    tail = part(version, max(0, version.size - LOOK), LOOK)
    found = sniffing.fault(kind, head, tail)
    if found is None and kind.looks in ZIPPED:
        found = archives.fault(kind.looks, lambda at, n: part(version, at, n), size=version.size)
    return found or _fault_inside(version)


def part(version: FileVersion, start: int, length: int) -> bytes:
    """So many bytes of what arrived."""
    return b"".join(store.read(version.key, etag=version.etag, start=start, length=length))


def _fault_inside(version: FileVersion) -> Fault | None:
    """Read all of it once: for its sum, and through the virus scanner where there is one."""
    digest = hashlib.sha256()
    chunks = _summed(store.read(version.key, etag=version.etag), digest)
    if scanner_configured():
        try:
            verdict = scan(chunks)
        except TooLargeToScan:
            return Reason.TOO_LARGE, ""
        if not verdict.clean:
            return Reason.INFECTED, verdict.name
    deque(chunks, maxlen=0)
    version.sha256 = digest.hexdigest()
    return None


def _summed(chunks: Iterator[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


def _refuse(version: FileVersion, reason: Reason, detail: str) -> None:
    with atomic():
        held = FileVersion._default_manager.select_for_update().get(pk=version.pk)
        if held.state == State.CHECKING:
            reject(held, reason, detail)
    logger.info("file version %d was not taken: %s", version.pk, reason)


def _take(version: FileVersion) -> None:
    """It is the file's newest version from now on."""
    from app.documents import jobs

    kind = kinds.of_name(version.file.name)
    with atomic():
        file = File._default_manager.select_for_update().get(pk=version.file_id)
        held = FileVersion._default_manager.select_for_update().get(pk=version.pk)
        if held.state != State.CHECKING:
            return
        last = file.versions.aggregate(last=Max("number"))["last"] or 0
        held.number, held.state = last + 1, State.READY
        held.sha256, held.ready_at = version.sha256, timezone.now()
        held.preview = FileVersion.Preview.WAITING if kind and kind.previewed else ""
        held.save()
        file.current = held.number
        file.save(update_fields=["current"])
        quota.settle(held.size)
        if held.preview:
            jobs.make_pictures.defer(version_id=held.pk)
        _announce(file, held)


def _announce(file: File, held: FileVersion) -> None:
    actor = load_actor(held.uploaded_by_id)
    if actor is None:  # deactivated meanwhile: the file stays, the act has no one to be told of
        return
    shelf = Shelf(registry.get(file.entity), file.record_id)
    verb = "added" if held.number == 1 else "replaced"
    tell(shelf, verb, file, actor=actor, origin="page", version=held.number)
