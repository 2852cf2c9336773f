"""Log lines and fault reports say which workspace and which request they are about."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from tenants.context import current_or_none, in_control, origin

if TYPE_CHECKING:
    from sentry_sdk.types import Event


def place() -> str:
    """The workspace of the running code; `control` on the public site, `-` outside of both."""
    ref = current_or_none()
    if ref is not None:
        return ref.schema
    return "control" if in_control() else "-"


class OriginFilter(logging.Filter):
    """Adds `workspace` and `request_id` to each record; never refuses one."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.workspace = place()
        record.request_id = origin().request_id or "-"
        return True


def tag_event(event: Event, _hint: dict[str, Any]) -> Event:
    """The fault report with the same two words as tags."""
    tags = event.setdefault("tags", {})
    tags.update(workspace=place(), request_id=origin().request_id)
    return event
