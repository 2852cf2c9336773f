"""What is in a file, by its bytes: names and browsers say what they like.

Only the beginning and the end of a file are looked at; what an archive holds is the matter of
archives.py.
"""

from __future__ import annotations

import re

import puremagic

from app.documents.kinds import Kind
from app.documents.models import Reason

#: How many bytes of each end are looked at.
LOOK = 64 * 1024
ZIP_START = (b"PK\x03\x04", b"PK\x05\x06")
ZIP_END = b"PK\x05\x06"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
PROGRAMS = (
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"\0asm",
    b"dex\n",
    b"L\0\0\0\x01\x14\x02\0",
    b"#!",
    b"#@~^",
)
#: What begins so is run or shown by a browser, whatever it is called.
ACTIVE = re.compile(rb"<(!doctype\s+html|html|script|svg|iframe|\?php|\?xml|body)\b", re.IGNORECASE)
#: A page inside a picture: `<html` or `<script` where pixels should be.
HIDDEN_PAGE = re.compile(rb"<(!doctype\s+html|html|script|svg)[\s>/]", re.IGNORECASE)
STARTS: dict[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpeg": (b"\xff\xd8\xff",),
    "gif": (b"GIF87a", b"GIF89a"),
    "bmp": (b"BM",),
    "tiff": (b"II*\0", b"MM\0*"),
    "rtf": (b"{\\rtf",),
    "ole": (OLE,),
    "zip": ZIP_START,
    "docx": ZIP_START,
    "xlsx": ZIP_START,
    "pptx": ZIP_START,
    "odf": ZIP_START,
    "matroska": (b"\x1aE\xdf\xa3",),
    "ogg": (b"OggS",),
    "mp3": (b"ID3", b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2", b"\xff\xe3"),
    "dwg": (b"AC10",),
    "step": (b"ISO-10303-21",),
}
PICTURES = frozenset({"png", "jpeg", "gif", "webp", "bmp", "tiff"})
MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")

Fault = tuple[Reason, str]


def fault(kind: Kind, head: bytes, tail: bytes) -> Fault | None:
    """What stands against a file of this name, or None. `head` and `tail` may overlap."""
    if is_program(head):
        return Reason.PROGRAM, ""
    if not looks_like(kind.looks, head):
        return Reason.OTHER_TYPE, seems(head)
    if kind.looks in PICTURES | {"pdf"} and is_two_kinds(kind.looks, head, tail):
        return Reason.TWO_KINDS, ""
    return None


def is_program(head: bytes) -> bool:
    """Whether a computer would run it; a table whose first word begins with MZ it would not."""
    return head.startswith(PROGRAMS) or (head.startswith(b"MZ") and not is_text(head))


def looks_like(looks: str, head: bytes) -> bool:
    """Whether a file may begin so that looks like this."""
    if looks == "text":
        return is_text(head) and not is_active(head)
    if looks == "markup":
        return is_text(head) and head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    if looks in ("webp", "wav"):
        word = b"WEBP" if looks == "webp" else b"WAVE"
        return head[:4] == b"RIFF" and head[8:12] == word
    if looks == "iso":
        return head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free")
    return head.startswith(STARTS[looks])


def is_text(head: bytes) -> bool:
    """Whether this reads as text, in whatever encoding."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return b"\0" not in head


def is_active(head: bytes) -> bool:
    """Whether a browser would run or show what begins so."""
    text = head[:2048]
    for mark in MARKS:
        text = text.removeprefix(mark)
    return bool(ACTIVE.match(text.replace(b"\0", b"").lstrip()))


def is_two_kinds(looks: str, head: bytes, tail: bytes) -> bool:
    """Whether a picture or a PDF is a page, an archive or a PDF as well."""
    if ends_as_zip(tail):
        return True
    if looks == "pdf":
        return False
    return bool(b"%PDF-" in head[:1024] or HIDDEN_PAGE.search(head) or HIDDEN_PAGE.search(tail))


def ends_as_zip(tail: bytes) -> bool:
    """Whether the end of an archive stands at the end: its comment fills exactly the rest."""
    at = tail.rfind(ZIP_END)
    while at >= 0:
        rest = len(tail) - at - 22
        if rest >= 0 and int.from_bytes(tail[at + 20 : at + 22], "little") == rest:
            return True
        at = tail.rfind(ZIP_END, 0, at)
    return False


def seems(head: bytes) -> str:
    """What the bytes seem to be: by our own list, else by a catalogue of magic numbers."""
    if is_active(head):
        return "HTML, SVG, XML"
    ours = next((looks for looks, starts in STARTS.items() if head.startswith(starts)), "")
    if ours:
        return ours.upper()
    try:
        found = puremagic.magic_string(head[:4096])
    except (puremagic.PureError, ValueError):
        found = []
    named = next((one.name for one in found if one.name), "")
    return str(named or ("text" if is_text(head) else "unknown"))[:100]
