"""What of a text may be written down: nothing that names or numbers a person."""

from __future__ import annotations

import re

LONGEST = 4000
_ADDRESS = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
#: Telephone, card and account numbers, grouped or not; a date alone is none.
_NUMBER = re.compile(
    r"(?<![\w-])\+?(?!\d{4}-\d\d-\d\d(?:\D|$))\(?\d(?:[ .()/-]{0,2}\d){6,40}(?!\w)"
)
_BEARER = re.compile(r"\b(bearer|token|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE)
_QUERY = re.compile(r"\?[\w.%-]{1,64}=[^\s'\")]*")
_QUOTED = re.compile(r"'[^'\n]{1,500}'")
_DETAIL = re.compile(r"\s*\n?\s*DETAIL:.*", re.DOTALL)


def masked(text: str) -> str:
    """The text without addresses, long numbers, credentials and query strings."""
    short = text[:LONGEST]
    for pattern, word in ((_ADDRESS, "[address]"), (_QUERY, "?[query]"), (_NUMBER, "[number]")):
        short = pattern.sub(word, short)
    return _BEARER.sub(r"\1 [secret]", short)


def masked_fault(text: str) -> str:
    """What an exception says, without the values that it quotes and PostgreSQL's details."""
    return masked(_QUOTED.sub("'[value]'", _DETAIL.sub("", text[:LONGEST])))
