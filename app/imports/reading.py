"""Rows of a CSV file, whatever wrote it: any encoding, separator, line end or ragged width."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from app.imports.encodings import CHOICES, Encoding, detect
from app.imports.layout import SEPARATORS, Layout, guess_header, guess_separator, headers_of

MAX_BYTES = 100 * 1024 * 1024
MAX_ROWS = 500_000
MAX_COLUMNS = 500
SAMPLE_RECORDS = 200


class Unreadable(Exception):
    """The file cannot be imported; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record of the file; ``number`` is its place as a spreadsheet counts, the first is 1."""

    number: int
    cells: list[str]
    error: str = ""


def look_at(chunks: Iterable[bytes], *, wanted: dict[str, Any] | None = None) -> Layout:
    """How the file is written: as ``wanted`` says (encoding, separator, header_row) or guessed."""
    data, wanted = list(chunks), wanted or {}
    check_wanted(wanted)
    encoding = _encoding(data, wanted)
    sample = _sample(data, encoding)
    separator = wanted.get("separator") or guess_separator(sample)
    records = _records_of(sample, separator)
    header_row = wanted.get("header_row")
    if header_row is None:
        header_row = guess_header(records)
    headers = headers_of(records, int(header_row))
    if len(headers) > MAX_COLUMNS:
        raise Unreadable(_("The file has more than %(count)s columns.") % {"count": MAX_COLUMNS})
    if not headers:
        raise Unreadable(_("The file is empty."))
    return Layout(encoding.name, encoding.mark, separator, int(header_row), headers)


def check_wanted(wanted: dict[str, Any]) -> None:
    """Refuse what no file can be read by."""
    if not isinstance(wanted, dict) or wanted.keys() - {"encoding", "separator", "header_row"}:
        raise Unreadable(_("“file” says encoding, separator and header_row, nothing else."))
    if wanted.get("encoding") and wanted["encoding"] not in CHOICES:
        words = {"names": ", ".join(CHOICES)}
        raise Unreadable(_("The encoding is one of %(names)s.") % words)
    if wanted.get("separator") and wanted["separator"] not in SEPARATORS:
        raise Unreadable(_("The separator is a comma, semicolon, tab or bar."))
    row = wanted.get("header_row")
    if row is not None and (not isinstance(row, int) or not 0 <= row <= SAMPLE_RECORDS):
        raise Unreadable(_("The header row is a number; 0 means that there is none."))


def _encoding(data: list[bytes], wanted: dict[str, Any]) -> Encoding:
    found = detect(data)
    name = wanted.get("encoding")
    return replace(found, name=str(name)) if name else found


def _sample(data: list[bytes], encoding: Encoding) -> str:
    """The first quarter megabyte as text, cut at a line end if it is not all."""
    limit = 256 * 1024
    head = b"".join(data[:1])[:limit]
    for chunk in data[1:]:
        if len(head) >= limit:
            break
        head = (head + chunk)[:limit]
    text = head[encoding.mark :].decode(encoding.name, "replace").replace("\0", "")
    complete = len(head) == sum(map(len, data))
    return text if complete else text[: max(text.rfind("\n"), text.rfind("\r"), 0)]


def _records_of(text: str, separator: str) -> list[list[str]]:
    records = []
    for record in csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True
    ):
        records.append(record)
        if len(records) == SAMPLE_RECORDS:
            break
    return records


class _Chunks(io.RawIOBase):
    """A readable stream over pieces that come one after another from the database."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            piece = next(self._chunks, None)
            if piece is None:
                return 0
            self._left = piece
        taken, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


class _Lines:
    """Lines for the reader, NULs taken out; keeps those of the record being read."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.current: list[str] = []

    def __iter__(self) -> Iterator[str]:
        for line in self._text:
            clean = line.replace("\0", "") if "\0" in line else line
            self.current.append(clean)
            yield clean


def read_rows(chunks: Iterable[bytes], layout: Layout) -> Iterator[Row]:
    """The rows below the header, blank ones left out, each as wide as the header.

    A row with more cells than the header, or with bytes that are not of the encoding,
    carries the error; nothing is cut off or guessed silently.
    """
    raw = io.BufferedReader(_Chunks(chunks), 1 << 16)
    raw.read(layout.mark)
    text = io.TextIOWrapper(raw, layout.encoding, "surrogateescape", newline="")
    width, count = len(layout.headers), 0
    for number, cells, error in _records(_Lines(text), layout.separator):
        if number <= layout.header_row or not any(cells):
            continue
        count += 1
        if count > MAX_ROWS:
            raise Unreadable(_("The file has more than %(count)s rows.") % {"count": MAX_ROWS})
        yield _row(number, cells, error, width, layout.encoding)


def _records(lines: _Lines, separator: str) -> Iterator[tuple[int, list[str], str]]:
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    number = 0
    held: tuple[int, list[str], str] | None = None
    spans = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as problem:
            raise Unreadable(_broken(number + 1, problem)) from problem
        number += 1
        if held:
            yield held
        spans = len(lines.current)
        held = (number, cells, "")
        last, lines.current = lines.current, []
    if held:
        yield (*held[:2], _unclosed(last, separator) if spans > 1 or '"' in last[0] else "")


def _broken(number: int, problem: csv.Error) -> str:
    return _(
        "Row %(row)s cannot be read (%(problem)s). A closing quotation mark may be missing."
    ) % {
        "row": number,
        "problem": problem,
    }


def _unclosed(lines: list[str], separator: str) -> str:
    """A quotation mark that is never closed swallows every row after it: say so."""
    try:
        list(csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True))
    except csv.Error as problem:
        if "end of data" in str(problem):
            return _(
                "A quotation mark in this row is never closed: the rows after it became its text."
            )
    return ""


def _row(number: int, cells: list[str], error: str, width: int, encoding: str) -> Row:
    if len(cells) < width:
        cells = cells + [""] * (width - len(cells))
    elif len(cells) > width:
        if any(cell.strip() for cell in cells[width:]):
            error = error or _("The row has %(cells)s cells, the header has %(width)s.") % {
                "cells": len(cells),
                "width": width,
            }
        else:
            cells = cells[:width]
    if not is_text("".join(cells)):
        words = {"encoding": encoding}
        error = error or _("The row has bytes that are not valid %(encoding)s.") % words
        cells = [cell.encode("utf-8", "replace").decode("utf-8") for cell in cells]
    return Row(number, cells, error)


def is_text(joined: str) -> bool:
    """Whether every byte of the row could be read: what could not stands for itself."""
    try:
        joined.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
