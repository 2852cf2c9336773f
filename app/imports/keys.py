"""Is this row new, or a record that we know? Asked by the mapping's key, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.imports.layout import Layout
from app.imports.mapping import Mapping
from app.imports.models import Import
from app.imports.rows import Line
from app.lib.text import sort_key
from app.records.entity import Entity
from app.records.models import LIVE
from app.records.writing import cursor

REPEATED = """
SELECT number, first FROM (
    SELECT number, key, first_value(number) OVER (PARTITION BY key ORDER BY number) AS first
    FROM (SELECT number, {key} AS key FROM imports_stagedrow WHERE parent_id = %s) AS keys
) AS firsts WHERE number <> first AND key <> ''
"""


def repeated(made: Import, mapping: Mapping, layout: Layout) -> dict[int, int] | None:
    """Rows whose key stands in an earlier row too; None if only the composed key tells."""
    if mapping.key is None:
        return {}
    column = mapping.column_of(mapping.key)
    if column is None or column.values:
        return None
    cell = "btrim(cells ->> %s)"
    sql = REPEATED.format(key=cell if mapping.key == "external_id" else f"lower({cell})")
    with cursor() as handle:
        handle.execute(sql, [layout.headers.index(column.header), made.pk])
        return dict(handle.fetchall())


#: The index of external IDs leaves out the empty ones, and must be told that we do too.
KEYED = ~Q(external_id="")


class Matcher:
    """Finds the records that lines stand for; remembers the keys that the file used."""

    def __init__(
        self, mapping: Mapping, *, entity: Entity, actor: Actor, repeated: dict[int, int] | None
    ) -> None:
        self.key = mapping.key
        self.entity = entity
        self.actor = actor
        self.repeated = repeated or {}  #: number of a row -> of the first one with its key
        self.knows_repeats = repeated is not None
        self.used: dict[str, int] = {}  #: key -> number of the row that had it first

    def match(self, lines: list[Line]) -> None:
        """Put the record's id on each line that has one; refuse what cannot be told apart."""
        if self.key is None:
            return
        keyed = [(line, self.fold(line.values.get(self.key))) for line in lines]
        keyed = [(line, key) for line, key in keyed if key]
        for line, key in keyed:
            self._only_once(line, key)
        wanted = {key: str(line.values[self.key]).strip() for line, key in keyed if line.good}
        found = self._found(wanted)
        deleted = self._deleted(set(wanted) - found.keys())
        for line, key in keyed:
            if line.good:
                self._put(line, key, found, deleted)

    def fold(self, value: Any) -> str:
        """The key as it is compared: external ids to the letter, names and addresses folded."""
        text = str(value or "").strip()
        return text if self.key == "external_id" else text.casefold()

    def _only_once(self, line: Line, key: str) -> None:
        first = self.repeated.get(line.number, line.number)
        if not self.knows_repeats:
            first = self.used.setdefault(key, line.number)
        if first != line.number:
            words = {"key": key, "row": first}
            line.refuse(self.key or "", _("“%(key)s” stands in row %(row)s already.") % words)

    def _found(self, wanted: dict[str, str]) -> dict[str, list[int]]:
        """Live records by key. An external id is unique whoever sees it; names must be visible."""
        if not wanted:
            return {}
        rows = self.entity.queryset(self.actor)
        if self.key == "external_id":
            rows = self.entity.model._default_manager.filter(LIVE, KEYED, external_id__among=wanted)
        elif self.key == "email":
            rows = rows.filter(email__among={*wanted, *wanted.values()})
        else:
            rows = rows.filter(sort_key__among={sort_key(text) for text in wanted.values()})
        found: dict[str, list[int]] = {}
        for pk, text in rows.order_by().values_list("pk", self.key or "name"):
            found.setdefault(self.fold(text), []).append(pk)
        return found

    def _deleted(self, missing: Iterable[str]) -> set[str]:
        """External ids that only records in the recycle bin have."""
        if self.key != "external_id" or not missing:
            return set()
        rows = self.entity.model._default_manager.filter(
            ~Q(deleted_at=None), external_id__among=missing
        )
        return set(rows.values_list("external_id", flat=True))

    def _put(self, line: Line, key: str, found: dict[str, list[int]], deleted: set[str]) -> None:
        ids = found.get(key, [])
        if len(ids) > 1:
            words = {"text": line.values[self.key or ""], "count": len(ids)}
            line.refuse(
                self.key or "",
                _("“%(text)s” is ambiguous: %(count)s records answer to it.") % words,
            )
        elif ids:
            line.record_id = ids[0]
        elif key in deleted:
            words = {"key": key}
            line.refuse(
                self.key or "",
                _("The record “%(key)s” was deleted: restore it first, or change its ID here.")
                % words,
            )
