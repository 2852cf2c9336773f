"""How people and companies are shown where there is no picture of them."""

from __future__ import annotations

import zlib
from functools import lru_cache

from markupsafe import Markup

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


def picture_url(pk: int, picture: str) -> str:
    """Where the picture of a person is; another picture is at another address."""
    return f"/pictures/{pk}/{picture}.webp"


def avatar(name: str, *, pk: int | None = None, picture: str | None = "", size: str = "") -> Markup:
    """The person's picture, or initials; decoration beside the name. `size`: "", "lg" or "xl"."""
    if pk is not None and picture:
        return Markup('<img class="av {}" src="{}" alt="" loading="lazy">').format(
            size, picture_url(pk, picture)
        )
    return Markup('<span class="av {} t{}" aria-hidden="true">{}</span>').format(
        size, tone(name), initials(name)
    )
