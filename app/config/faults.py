"""Fault reports (Sentry): where our code broke, for which workspace, and nobody's data.

What is sent is picked, not cleaned: whatever the library adds in a later version stays here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import sentry_sdk

from app.config.logs import place
from app.config.privacy import masked, masked_fault
from tenants.context import origin

if TYPE_CHECKING:
    from sentry_sdk.types import Breadcrumb, Event, Hint

KEPT = (
    *("event_id", "timestamp", "platform", "level", "logger", "release", "environment"),
    *("server_name", "sdk", "modules", "type"),
)
HEADERS = frozenset({"accept", "content-length", "content-type", "hx-request"})
FRAME = (
    *("filename", "module", "function", "lineno", "colno", "abs_path", "in_app"),
    *("context_line", "pre_context", "post_context"),
)
CRUMB = ("type", "level", "category", "timestamp")
CONTEXTS = ("runtime", "trace")
_STATEMENT = re.compile(r"^\s*(\w+)\b")
_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE|JOIN)\s+\"?(\w+)\"?(?:\.\"?(\w+)\"?)?", re.IGNORECASE)


def start(dsn: str, *, release: str, environment: str, **options: Any) -> None:
    """Report the faults of this process from now on."""
    sentry_sdk.init(
        dsn=dsn,
        release=release or None,
        environment=environment,
        include_local_variables=False,
        max_request_body_size="never",
        auto_session_tracking=False,
        before_send=scrubbed,
        before_breadcrumb=scrubbed_crumb,
        **options,
    )


def scrubbed(event: Event, _hint: Hint) -> Event | None:
    """The report with what may leave the house, tagged with workspace and request."""
    given: dict[str, Any] = dict(event)
    kept: dict[str, Any] = {name: given[name] for name in KEPT if name in given}
    kept["tags"] = {"workspace": place(), "request_id": origin().request_id or "-"}
    if (actor := origin().actor_id) is not None:
        kept["user"] = {"id": f"{place()}:{actor}"}
    kept["transaction"] = _route(given)
    kept["request"] = _request(given)
    kept["contexts"] = {
        name: value for name, value in given.get("contexts", {}).items() if name in CONTEXTS
    }
    kept["logentry"] = _entry(given)
    kept["exception"] = _values(given.get("exception"), _exception)
    kept["threads"] = _values(given.get("threads"), _thread)
    kept["breadcrumbs"] = _values(given.get("breadcrumbs"), _crumb)
    return {name: value for name, value in kept.items() if value}  # type: ignore[return-value]


def scrubbed_crumb(crumb: Breadcrumb, hint: Hint) -> Breadcrumb | None:
    """One step before the fault: what happened, without what it happened to."""
    record = hint.get("log_record")
    given = dict(crumb)
    if record is not None:
        given["message"] = str(record.msg)  # the sentence without its arguments
    elif str(given.get("category") or "").startswith(("query", "db")):
        given["message"] = _statement(str(given.get("message") or ""))
    return _crumb(given)


def _route(given: dict[str, Any]) -> str | None:
    """The address as it stands in the code; the path that was asked may hold a secret."""
    source = given.get("transaction_info", {}).get("source")
    return None if source in (None, "url") else given.get("transaction")


def _request(given: dict[str, Any]) -> dict[str, Any] | None:
    asked = given.get("request")
    if not asked:
        return None
    headers = asked.get("headers") or {}
    short = {name: value for name, value in headers.items() if name.lower() in HEADERS}
    return {"method": asked.get("method"), "url": _route(given), "headers": short}


def _entry(given: dict[str, Any]) -> dict[str, str] | None:
    entry = given.get("logentry") or {}
    text = entry.get("message") or given.get("message")
    return {"message": masked(str(text))} if text else None


def _values(given: Any, scrub: Any) -> dict[str, Any] | None:
    if not given:
        return None
    values = given.get("values", []) if isinstance(given, dict) else given
    return {"values": [scrub(one) for one in values]}


def _exception(given: dict[str, Any]) -> dict[str, Any]:
    mechanism = given.get("mechanism") or {}
    return {
        "type": given.get("type"),
        "module": given.get("module"),
        "value": masked_fault(str(given.get("value") or "")),
        "mechanism": {
            name: mechanism[name]
            for name in ("type", "handled", "exception_id", "parent_id")
            if name in mechanism
        },
        "stacktrace": _stack(given.get("stacktrace")),
    }


def _thread(given: dict[str, Any]) -> dict[str, Any]:
    kept = {name: given[name] for name in ("id", "crashed", "current") if name in given}
    return kept | {"stacktrace": _stack(given.get("stacktrace"))}


def _stack(given: Any) -> dict[str, Any] | None:
    frames = (given or {}).get("frames") or []
    return {"frames": [{k: frame[k] for k in FRAME if k in frame} for frame in frames]}


def _crumb(given: Any) -> dict[str, Any]:
    kept = {name: given[name] for name in CRUMB if name in given}
    return kept | {"message": masked(str(given.get("message") or ""))}


def _statement(query: str) -> str:
    """The verb and the tables of a statement: values may stand in its text."""
    verb = _STATEMENT.match(query)
    tables = [".".join(filter(None, found.groups())) for found in _TABLE.finditer(query)]
    return " ".join([verb[1].upper() if verb else "?", *tables[:5]])
