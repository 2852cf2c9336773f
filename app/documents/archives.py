"""What an archive holds, read from its directory alone: nothing is unpacked here."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from app.documents.models import Reason
from app.documents.sniffing import Fault

#: Reads so many bytes of the file from a place on.
Read = Callable[[int, int], bytes]

#: More than this a directory of 20,000 names does not need.
LONGEST_DIRECTORY = 8 * 1024 * 1024
MOST_ENTRIES = 20_000
MOST_UNPACKED = 10 * 1024**3
#: Text packs 20 times, a page of zeros 1,000 times; only large contents are a danger.
HIGHEST_RATIO = 200
HARMLESS = 100 * 1024**2
OFFICE_PARTS = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
MACROS = ("vbaproject.bin", "vbadata.xml")


class TooMuch(Exception):
    """The directory is longer than any honest one."""


class Window(io.RawIOBase):
    """A file in the store as zipfile wants it; refuses to read more than a directory."""

    def __init__(self, read: Read, *, size: int) -> None:
        super().__init__()
        self._read, self._size, self._at, self._left = read, size, 0, LONGEST_DIRECTORY

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError("before the beginning")
        self._at = base + offset
        return self._at

    def read(self, size: int = -1) -> bytes:
        wanted = max(0, self._size - self._at)
        wanted = wanted if size is None or size < 0 else min(size, wanted)
        if wanted > self._left:
            raise TooMuch
        self._left -= wanted
        found = self._read(self._at, wanted) if wanted else b""
        self._at += len(found)
        return found


def fault(looks: str, read: Read, *, size: int) -> Fault | None:
    """What stands against an archive, or None."""
    try:
        with zipfile.ZipFile(Window(read, size=size)) as archive:
            entries = archive.infolist()
    except TooMuch:
        return Reason.BOMB, ""
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError):
        return Reason.BROKEN, ""
    if is_bomb(entries, size=size):
        return Reason.BOMB, ""
    return fault_of_office(looks, [entry.filename for entry in entries])


def is_bomb(entries: list[zipfile.ZipInfo], *, size: int) -> bool:
    """Whether unpacking would fill a disk: too much, too dense, or the same bytes told twice."""
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    dense = unpacked > HARMLESS and unpacked > HIGHEST_RATIO * max(size, 1)
    return len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or dense or packed > size


def fault_of_office(looks: str, names: list[str]) -> Fault | None:
    """Whether a document is of the kind that its name says, and without macros."""
    if looks == "zip":
        return None
    lower = {name.lower() for name in names}
    if any(name.rpartition("/")[2] in MACROS or "/activex/" in f"/{name}" for name in lower):
        return Reason.MACROS, ""
    if looks == "odf":
        macros = any(name.startswith(("basic/", "scripts/")) for name in lower)
        return (Reason.MACROS, "") if macros else _unless("mimetype" in lower)
    part = OFFICE_PARTS[looks]
    whole = "[content_types].xml" in lower and any(name.startswith(part) for name in lower)
    return _unless(whole)


def _unless(fits: bool) -> Fault | None:
    return None if fits else (Reason.OTHER_TYPE, "ZIP")
