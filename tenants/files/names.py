"""The name under which a browser saves a file, made harmless for a header and for a disk."""

from __future__ import annotations

import unicodedata

from django.utils.http import content_disposition_header

#: What file systems take, in bytes of UTF-8.
LONGEST = 255
LONGEST_ENDING = 32
#: Types that a browser may show by itself: no scripts can be in them.
SHOWN = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "application/pdf"}
)


def disposition(name: str, *, content_type: str, inline: bool) -> str:
    """The Content-Disposition for the name; only harmless types are ever shown inline."""
    shown = inline and content_type in SHOWN
    return content_disposition_header(not shown, harmless(name)) or "attachment"


def harmless(name: str) -> str:
    """The name without control and direction characters, folders and excess length."""
    text = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    kept = "".join("_" if c in "/\\" else c for c in text if not _is_invisible(c))
    return _cut(kept.strip(" .")) or "file"


def _is_invisible(character: str) -> bool:
    """Control characters, line ends, and those that turn the direction of reading."""
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _cut(name: str) -> str:
    if len(name.encode()) <= LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending.encode()) > LONGEST_ENDING:
        stem, ending = name, ""
    room = LONGEST - len(f"{dot}{ending}".encode()) if ending else LONGEST
    cut = stem.encode()[:room].decode(errors="ignore").rstrip(" .")
    return f"{cut}.{ending}" if ending else cut
