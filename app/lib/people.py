"""How people and companies are shown where there is no picture of them."""

from __future__ import annotations

import zlib
from functools import lru_cache

from app.lib.text import has_han

#: Number of colours that parts.css knows as .t0 to .t8; grey (0) is for "nothing special".
TONES = 9


@lru_cache(maxsize=20_000)
def initials(name: str) -> str:
    """One or two letters that stand for a name: Lena Hoffmann is LH, 王小明 is 王."""
    words = [word for word in name.split() if word[0].isalnum()]
    if not words:
        return "?"
    if has_han(words[0]) or len(words) == 1:
        return words[0][0].upper()
    return (words[0][0] + words[-1][0]).upper()


def tone(text: str) -> int:
    """A colour that stays the same for the same text."""
    return 1 + zlib.crc32(text.encode()) % (TONES - 1)
