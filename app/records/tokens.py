"""From text to search tokens: Han as bigrams and pinyin, the rest as folded words."""

from __future__ import annotations

import re
from functools import lru_cache

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin

from app.lib.text import fold, has_han

HAN_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
WORD = re.compile(r"[^\W_\u3400-\u9fff\uf900-\ufaff]+")
DIGITS = re.compile(r"\d[\d\s().\-/]{4,}\d")
SEPARATORS = re.compile(r"\D+")
LONGEST = 60  #: characters of one token
MOST = 400  #: tokens of one record


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


def normal(text: str) -> str:
    """The text folded, Traditional characters as Simplified ones."""
    folded = fold(text).replace("\x00", "")
    return _simplifier().convert(folded) if has_han(folded) else folded


def digits_in(text: str) -> str:
    """Telephone numbers and the like without their separators."""
    return " ".join(SEPARATORS.sub("", found) for found in DIGITS.findall(text))


def tokens(text: str) -> list[str]:
    """All tokens of a normal text, each once, in order."""
    found = WORD.findall(text)
    for run in HAN_RUN.findall(text):
        found += [*bigrams(run), *run, *pinyin(run)]
    return list(dict.fromkeys(token[:LONGEST] for token in found))[:MOST]


def bigrams(run: str) -> list[str]:
    """Each pair of neighbours: 王小明 gives 王小, 小明."""
    return [run[i : i + 2] for i in range(len(run) - 1)]


@lru_cache(maxsize=20_000)
def pinyin(run: str) -> tuple[str, ...]:
    """How a short run sounds, joined, by syllable and by initials: wangwei, wang, wei, ww."""
    if len(run) > 12:
        return ()
    syllables = lazy_pinyin(run)
    initials = "".join(lazy_pinyin(run, style=Style.FIRST_LETTER))
    return ("".join(syllables), *syllables, initials)


def tsvector(text: str) -> str:
    """The tokens as a tsvector literal."""
    return " ".join(quoted(token) for token in tokens(text))


def tsquery(query: str) -> str:
    """What a search means: every word as a prefix, every Han run by its bigrams."""
    text = normal(query)
    parts = [f"{quoted(word[:LONGEST])}:*" for word in WORD.findall(text)]
    for run in HAN_RUN.findall(text):
        parts += [quoted(pair) for pair in (bigrams(run) or [run])]
    return " & ".join(dict.fromkeys(parts))


def quoted(token: str) -> str:
    """A token as text search takes it. Words hold no quotes or backslashes."""
    return f"'{token}'"
