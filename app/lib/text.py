"""Text as people compare and search it: folded, without accents, Han as pinyin."""

from __future__ import annotations

import re
import unicodedata

from pypinyin import lazy_pinyin

#: Longest key that a `sort_key` column holds.
SORT_KEY_LENGTH = 240

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_SPACE = re.compile(r"\s+")


def has_han(text: str) -> bool:
    """Whether the text holds at least one Chinese character."""
    return _HAN.search(text) is not None


def squeeze(text: str) -> str:
    """The text without surrounding blanks and with single blanks inside."""
    return _SPACE.sub(" ", text).strip()


def fold(text: str) -> str:
    """The text in lower case without accents and width variants; Han stays as it is."""
    if text.isascii():
        return text.lower()
    split = unicodedata.normalize("NFKD", text)
    return "".join(c for c in split if not unicodedata.combining(c)).casefold()


def sort_key(text: str) -> str:
    """What a name is sorted by in every database: folded, Han as pinyin, capped in length."""
    folded = squeeze(fold(text))
    if has_han(folded):
        folded = squeeze(" ".join(lazy_pinyin(folded)))
    return folded.replace("\x00", "")[:SORT_KEY_LENGTH]


def normal_email(address: str) -> str:
    """An e-mail address as we store and compare it: without blanks, in lower case."""
    return address.strip().lower()
