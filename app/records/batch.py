"""What is about to be written, row by row, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.records.errors import Invalid, RecordError


@dataclass
class Draft:
    """One row on its way into the database."""

    row: Any  #: the model instance
    is_new: bool
    given: dict[str, Any]  #: raw values by the word under which they are written
    base_currency: str = "USD"
    before: dict[str, Any] = field(default_factory=dict)  #: stored values by column
    changed: set[str] = field(default_factory=set)  #: names of fields that differ
    errors: dict[str, list[str]] = field(default_factory=dict)
    problem: RecordError | None = None  #: why the row as a whole is refused
    links: Any = None  #: the links as entered; None leaves them alone
    wanted_links: dict[tuple[str, int], str] | None = None

    @property
    def good(self) -> bool:
        """Whether nothing stands against writing it."""
        return not self.errors and self.problem is None

    def entered(self, name: str) -> bool:
        """Whether somebody gave a value for this field."""
        return name in self.given or f"{name}_id" in self.given

    def refuse(self, key: str, message: Any) -> None:
        """Note what is wrong with the value of a field."""
        self.errors.setdefault(key, []).append(str(message))

    @property
    def error(self) -> RecordError | None:
        """The refusal as one exception."""
        if self.problem is not None:
            return self.problem
        return Invalid(self.errors) if self.errors else None


@dataclass(frozen=True)
class Outcome:
    """What became of one row of a batch."""

    id: int | None
    status: str  #: created, updated, unchanged or failed
    errors: dict[str, list[str]]
    version: int | None = None
    error: RecordError | None = None


@dataclass(frozen=True)
class BatchResult:
    """What became of a batch, in the order in which it came."""

    outcomes: list[Outcome]

    def ids(self, status: str) -> list[int]:
        """The rows that ended this way."""
        return [one.id for one in self.outcomes if one.status == status and one.id is not None]


def outcome_of(draft: Draft) -> Outcome:
    """The outcome of a draft after the batch was written."""
    if not draft.good:
        errors = draft.errors or {"id": [str(draft.problem)]}
        pk = None if draft.is_new else draft.row and draft.row.pk
        return Outcome(pk, "failed", errors, error=draft.error)
    status = "created" if draft.is_new else "updated" if draft.changed else "unchanged"
    return Outcome(draft.row.pk, status, {}, version=draft.row.version)
