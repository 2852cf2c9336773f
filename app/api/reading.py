"""What a request says: its JSON, its query, the version that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import orjson
from django.http import HttpRequest
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.access.rights import Verb, owner_in_reach
from app.api.problems import Problem
from app.records.entity import Entity
from app.records.errors import Forbidden, Invalid, NotVisible

TAG = re.compile(r'(?:W/)?"(\d{1,9})"|(\d{1,9})', re.ASCII)
#: What If-Match says when it names no version that a record can have.
NO_VERSION = 0


def actor_of(request: HttpRequest) -> Actor:
    """The person whose token this is; the edge let nobody else in."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def read_object(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of the body; none is an empty one."""
    body = request.body
    if not body:
        return {}
    kind = request.content_type or ""
    if kind != "application/json" and not kind.endswith("+json"):
        raise Problem(415, _("Send application/json."), headers={"Accept": "application/json"})
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        words = _("This is not JSON: line %(line)s, column %(column)s.")
        where = {"line": error.lineno, "column": error.colno}
        raise Problem(400, words % where) from None
    if not isinstance(data, dict):
        raise Problem(422, _("Send a JSON object."), errors={})
    return data


def check_query(request: HttpRequest, known: Iterable[str]) -> None:
    """Refuse parameters that mean nothing here: a typo must not pass as an answer."""
    unknown = set(request.GET) - set(known)
    if unknown:
        raise Invalid({name: [_("There is no such parameter.")] for name in sorted(unknown)})


def version_given(request: HttpRequest) -> int | None:
    """The version in If-Match, as "3", 3 or W/"3"; None when it names none."""
    raw = request.headers.get("If-Match", "").strip()
    if raw in ("", "*"):
        return None
    match = TAG.fullmatch(raw)
    return int(match[1] or match[2]) if match else NO_VERSION


def version_required(
    request: HttpRequest, entity: Entity, pk: int, *, verb: Verb, actor: Actor
) -> int:
    """The version in If-Match; without one 428, unless the row or the right is missing anyway."""
    version = version_given(request)
    if version is not None:
        return version
    found = entity.queryset(actor).filter(pk=pk).values_list("owner_id", flat=True)[:1]
    if not found:
        raise NotVisible
    if not owner_in_reach(actor, verb, entity, found[0]):
        raise Forbidden
    raise Problem(428, _("Send If-Match with the version that you have read."))


def check_echo(values: dict[str, Any], *, pk: int, version: int) -> None:
    """A client may send back the ID and the version that it read, but no others."""
    errors = {
        name: [_("This is another record's value.")]
        for name, kept in (("id", pk), ("version", version))
        if name in values and (values[name] != kept or isinstance(values[name], bool))
    }
    if errors:
        raise Invalid(errors)
