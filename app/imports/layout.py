"""How a table lies in its file: separator, titles above the header, names of the columns."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

SEPARATORS = (",", ";", "\t", "|")
VALUE = re.compile(
    r"""^\W*(\d[\d.,\s':/%-]*)$            # numbers, dates, times, phones
    |^[^@\s]+@[^@\s]+\.[^@\s]+$             # an e-mail address
    |^https?://
    |^\d{4}-\d\d?-\d\d?""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Layout:
    """What is needed to read the rows; ``header_row`` 0 means that there is none."""

    encoding: str
    mark: int
    separator: str
    header_row: int
    headers: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Layout:
        return cls(**{**kept, "headers": tuple(kept["headers"])})


def guess_separator(text: str) -> str:
    """The one that cuts the most records into the same number (more than one) of cells."""
    return max(SEPARATORS, key=lambda separator: _evenness(text, separator))


def _evenness(text: str, separator: str) -> tuple[float, int]:
    widths = Counter[int]()
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    try:
        for record in reader:
            if any(record):
                widths[len(record)] += 1
            if widths.total() >= 100:
                break
    except csv.Error:
        return (0.0, 0)
    wide = {width: count for width, count in widths.items() if width > 1}
    if not wide:
        return (0.0, 0)
    width, count = max(wide.items(), key=lambda item: (item[1], item[0]))
    return (round(count / widths.total(), 1), width)


def guess_header(records: list[list[str]]) -> int:
    """The number of the header's record, 1 for the first; 0 when the first is data already.

    Titles stand above it: the header is the first record that is filled about as far as
    the rows below it and holds names, not values.
    """
    filled = [sum(1 for cell in record if cell.strip()) for record in records]
    counts = Counter(count for count in filled if count)
    if not counts:
        return 1 if records else 0
    usual = max(counts, key=lambda count: (counts[count], count))
    for place, record in enumerate(records[:30]):
        if filled[place] >= max(1, 0.7 * usual):
            return place + 1 if _names(record) else (0 if place == 0 else _above(records, place))
    return 1


def _above(records: list[list[str]], place: int) -> int:
    """Data starts at ``place``: the record right above it may still be a sparse header."""
    above = [cell for cell in records[place - 1] if cell.strip()]
    return place if len(above) > 1 and _names(records[place - 1]) else 0


def _names(record: list[str]) -> bool:
    cells = [cell.strip() for cell in record if cell.strip()]
    values = sum(1 for cell in cells if VALUE.match(cell))
    return bool(cells) and values * 3 <= len(cells)


def headers_of(records: list[list[str]], header_row: int) -> tuple[str, ...]:
    """The columns' names: unique, "Column 3" for one without."""
    if header_row:
        names = records[header_row - 1] if header_row <= len(records) else []
    else:
        names = [""] * max((len(record) for record in records), default=0)
    while names and header_row and not names[-1].strip() and not _used(records, len(names) - 1):
        names = names[:-1]
    seen: Counter[str] = Counter()
    return tuple(
        _unique(" ".join(name.split()), place, seen) for place, name in enumerate(names, 1)
    )


def _used(records: list[list[str]], column: int) -> bool:
    return any(len(record) > column and record[column].strip() for record in records)


def _unique(name: str, place: int, seen: Counter[str]) -> str:
    name = name or f"Column {place}"
    seen[name] += 1
    return name if seen[name] == 1 else _unique(f"{name} ({seen[name]})", place, seen)
