"""Cells that spreadsheets open: none of them may run as a formula."""

from __future__ import annotations

#: What makes a spreadsheet take a cell for a formula; Chinese and Japanese ones take the wide
#: signs too.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) or _padded(text) else text


def as_written(cell: str) -> str:
    """The text as it was before `harmless`, so that a file of ours comes back as it went."""
    return cell[1:] if cell.startswith("'") and harmless(cell[1:]) == cell else cell


def _padded(text: str) -> bool:
    return text.lstrip(" \u3000").startswith(FORMULA_STARTS)
