"""Log lines say which workspace, request and person they are about, and nothing personal."""

from __future__ import annotations

import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson

from app.config.privacy import masked
from tenants.context import current_or_none, in_control, origin

Fault = tuple[type[BaseException], BaseException, TracebackType | None]
_ROOT = f"{Path(__file__).resolve().parent.parent.parent}/"
#: The rest of a deep stack says nothing new.
FRAMES = 40


def place() -> str:
    """The workspace of the running code; `control` on the public site, `-` outside of both."""
    ref = current_or_none()
    if ref is not None:
        return ref.schema
    return "control" if in_control() else "-"


class OriginFilter(logging.Filter):
    """Adds `workspace`, `request_id` and `actor`, unless its writer has; never refuses a record."""

    def filter(self, record: logging.LogRecord) -> bool:
        who = origin()
        given = record.__dict__
        asked = getattr(given.get("request"), "request_id", "-")  # of a fault at the very edge
        given.setdefault("workspace", place())
        given.setdefault("request_id", who.request_id or asked)
        given.setdefault("actor", who.actor_id)
        return True


class ToldByUs(logging.Filter):
    """Refuses procrastinate's word on a failed job: `tenants.jobs` says it with its workspace."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "action", "") != "job_error"


class LineFormatter(logging.Formatter):
    """For the eyes of a developer: one line a record, and a traceback below."""

    def __init__(self) -> None:
        super().__init__("{levelname} {name} {workspace} {request_id} {message}", style="{")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's name)
        record.message = said(record)
        return super().formatMessage(record)


class JsonFormatter(logging.Formatter):
    """For machines: one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record, with the `facts` that its writer gave as fields of their own."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": said(record),
            "workspace": getattr(record, "workspace", "-"),
            "request_id": getattr(record, "request_id", "-"),
            "actor": getattr(record, "actor", None),
        }
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[0]:
            line["exception"] = told_fault(record.exc_info)
        return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def said(record: logging.LogRecord) -> str:
    """The record's message, masked; a path that Django names becomes its route."""
    request = getattr(record, "request", None)
    if request is not None and isinstance(record.args, tuple):
        paths = _paths(request)
        record.args = tuple("(path)" if arg in paths else arg for arg in record.args)
    return masked(record.getMessage())


def told_fault(fault: Any) -> dict[str, Any]:
    """Type and stack of an exception, without its text and without values of variables."""
    kind, error, trace = fault
    frames = traceback.extract_tb(trace)[-FRAMES:]
    told: dict[str, Any] = {
        "type": f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins."),
        "stack": [f"{f.filename.removeprefix(_ROOT)}:{f.lineno} {f.name}" for f in frames],
    }
    cause = error.__cause__ or error.__context__
    if cause is not None:
        told["cause"] = f"{type(cause).__module__}.{type(cause).__qualname__}"
    return told


def _paths(request: Any) -> set[str]:
    """The request's path in each form in which Django logs it."""
    path = str(getattr(request, "path", ""))
    return {path, path.encode("unicode_escape").decode("ascii")} - {""}


def logging_config(*, kind: str, level: str) -> dict[str, Any]:
    """LOGGING of every process; `kind` is `line` or `json`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "origin": {"()": "app.config.logs.OriginFilter"},
            "told_by_us": {"()": "app.config.logs.ToldByUs"},
        },
        "formatters": {
            "line": {"()": "app.config.logs.LineFormatter"},
            "json": {"()": "app.config.logs.JsonFormatter"},
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": kind,
                "filters": ["origin"],
            }
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Their own handlers write in another form, and only while DEBUG is on.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            "gunicorn.error": {"handlers": [], "propagate": True, "level": "WARNING"},
            # Refusals are in the line of the request; faults of ours are told with their stack.
            "django.request": {"level": "ERROR"},
            "procrastinate": {"level": "WARNING"},
            "stripe": {"level": "WARNING"},
            "procrastinate.worker": {"filters": ["told_by_us"]},
        },
    }
