"""Whether an answer gives away a stamp, also where it is folded, escaped or encoded."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator

ENCODED = re.compile(r"[A-Za-z0-9_=-]{12,}")


def gives_away(text: str, stamp: str) -> bool:
    """Whether the stamp can be read in the text or in anything that is encoded in it."""
    wanted = stamp.lower()
    return any(wanted in part.lower() for part in (text, *decoded(text)))


def decoded(text: str) -> Iterator[str]:
    """What signed cursors, cookies and the like hold, as far as anybody can read it."""
    for word in set(ENCODED.findall(text)):
        for part in (word, word.lstrip(".")):
            try:
                raw = base64.urlsafe_b64decode(
                    part.rstrip("=") + "=" * (-len(part.rstrip("=")) % 4)
                )
            except (binascii.Error, ValueError):
                continue
            yield raw.decode("latin-1")
            try:
                yield zlib.decompress(raw).decode("latin-1")
            except zlib.error:
                continue
