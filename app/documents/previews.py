"""Pictures of files: made by the worker in a child process, kept beside the files."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

from django.conf import settings

from app.documents import kinds, leaving
from app.documents.models import FileVersion
from app.documents.rendering import SECONDS
from app.records.writing import atomic
from tenants.files import store
from tenants.files.errors import NoSuchFile

logger = logging.getLogger(__name__)
Preview = FileVersion.Preview
#: Of larger files no pictures are made.
LARGEST = 100 * 1000**2
CONTENT_TYPE = "image/webp"


class Unreadable(Exception):
    """No picture can be made of this file."""


def make(version_id: int) -> None:
    """Make and keep the pictures of a version that is ready. Raises StorageDown."""
    version = FileVersion._default_manager.select_related("file").filter(pk=version_id).first()
    if version is None or version.preview != Preview.WAITING:
        return
    try:
        pictures = render(version)
    except (Unreadable, NoSuchFile) as fault:
        logger.info("no pictures of file version %d: %s", version_id, fault)
        FileVersion._default_manager.filter(pk=version_id).update(preview=Preview.FAILED)
        return
    keep(version, pictures)


def render(version: FileVersion) -> list[bytes]:
    """The pictures: the small one, then the pages. Raises Unreadable, NoSuchFile, StorageDown."""
    kind = kinds.of_name(version.file.name)
    if kind is None or not kind.previewed or version.size > LARGEST:
        raise Unreadable("of another kind or too large")
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        source, target = Path(folder) / "file", Path(folder) / "pages"
        target.mkdir()
        with source.open("wb") as handle:
            for chunk in store.fetch(version.key):
                handle.write(chunk)
        draw(kind.looks, source, target)
        made = sorted(target.glob("*.webp"), key=lambda one: int(one.stem))
        if len(made) < 2:
            raise Unreadable("it has no page")
        return [one.read_bytes() for one in made]


def draw(looks: str, source: Path, target: Path) -> None:
    """Run the child that knows none of our secrets. Raises Unreadable."""
    command = [sys.executable, "-m", "app.documents.rendering", looks, str(source), str(target)]
    env = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        subprocess.run(  # noqa: S603 (our own module, no shell)
            command,
            cwd=settings.BASE_DIR,
            env=env,
            check=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=SECONDS * 2,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable("it takes too long") from error
    except subprocess.CalledProcessError as error:
        last = error.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise Unreadable(f"exit {error.returncode}: {last[:200]}") from error


def keep(version: FileVersion, pictures: list[bytes]) -> None:
    """Store the pictures; their names are written first, so that none is ever lost."""
    keys = [uuid.uuid4() for _picture in pictures]
    if not _name(version, keys, Preview.WAITING):
        return
    for key, picture in zip(keys, pictures, strict=True):
        store.put(key, picture, content_type=CONTENT_TYPE)
    _name(version, keys, Preview.READY)


def _name(version: FileVersion, keys: list[uuid.UUID], state: str) -> bool:
    """Write which objects the pictures are; False when the version is gone meanwhile."""
    with atomic():
        held = FileVersion._default_manager.select_for_update().filter(pk=version.pk).first()
        if held is None:
            leaving.leave(keys)
            return False
        leaving.leave(key for key in held.pictures if key not in keys)
        held.pictures, held.preview = keys, state
        held.save(update_fields=["pictures", "preview"])
    return True
