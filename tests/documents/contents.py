"""Small real files of many kinds, and wrong ones."""

from __future__ import annotations

import io
import zipfile
from functools import cache

from PIL import Image

#: https://www.eicar.org: harmless, and every scanner knows it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PROGRAM = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0" + b"\0" * 200 + b"This program cannot be run"


def picture(word: str = "PNG", size: tuple[int, int] = (400, 300), colour: str = "teal") -> bytes:
    """A picture of one colour."""
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, word)
    return made.getvalue()


def photograph() -> bytes:
    """A JPEG that says where it was taken and lies on its side."""
    made = io.BytesIO()
    notes = Image.Exif()
    notes[0x0112] = 6  # turned to the right
    notes[0x010F] = "SecretCameraMaker"
    notes.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", (600, 200), "orange").save(made, "JPEG", exif=notes)
    return made.getvalue()


def pdf(pages: int = 2) -> bytes:
    """A PDF of white pages."""
    made = io.BytesIO()
    first, *others = [Image.new("RGB", (600, 850), "white") for _page in range(pages)]
    first.save(made, "PDF", save_all=True, append_images=others)
    return made.getvalue()


def archive(**entries: bytes) -> bytes:
    """A zip archive; `__` in names stands for a slash, `_dot_` for a dot."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as writing:
        for name, content in entries.items():
            writing.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return made.getvalue()


def document(**more: bytes) -> bytes:
    """What Word writes, as far as we look."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as writing:
        writing.writestr("[Content_Types].xml", b"<Types/>")
        writing.writestr("word/document.xml", b"<w:document/>")
        for name, content in more.items():
            writing.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return made.getvalue()


@cache
def bomb() -> bytes:
    """150 MB of zeros in 150 KB."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as writing,
        writing.open("zeros.txt", "w") as entry,
    ):
        for _megabyte in range(150):
            entry.write(bytes(1_000_000))
    return made.getvalue()
