"""How the engine says no. Each edge (page, API, import) puts it in its own words."""

from __future__ import annotations

from typing import Any


class RecordError(Exception):
    """Anything that the engine refuses."""


class NotVisible(RecordError):
    """There is no such row for this person: 404."""


class Forbidden(RecordError):
    """The person sees the row but may not do this: 403."""


class Stale(RecordError):
    """Somebody else changed the row since it was read: 412, or the conflict page."""

    def __init__(self, current: Any) -> None:
        super().__init__("The record was changed in the meantime.")
        self.current = current


class Refused(RecordError):
    """The state of things forbids it; the message says what to do: 409."""

    def __init__(self, message: Any) -> None:
        super().__init__(message)
        self.message = message


class Invalid(RecordError):
    """The input is wrong; messages by field: 422."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(errors)
        self.errors = errors

    @property
    def sentences(self) -> list[str]:
        """All messages, whatever field they are about."""
        return [sentence for some in self.errors.values() for sentence in some]
