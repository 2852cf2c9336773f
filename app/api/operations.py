"""What the specification says of each operation, beside its address and method."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext_lazy as _

from app.api import parameters as params
from app.api import problems
from app.api.schemas import Schema, action_schema, name_of, ref
from app.records.actions import Action
from app.records.entity import Entity

Extra = dict[str, Any]

ALWAYS = (401, 429, 500)
READING = (404, *ALWAYS)
WRITING = (400, 403, 413, 415, 422, *ALWAYS)
TAGGED = {"ETag": {"schema": {"type": "string"}, "description": _("The record's version.")}}
PLACED = {"Location": {"schema": {"type": "string"}, "description": _("The record's address.")}}


def operation(
    *,
    schema: Schema | None,
    status: int = 200,
    faults: tuple[int, ...] = ALWAYS,
    parameters: list[Extra] | None = None,
    body: Schema | None = None,
    required: bool = True,
    headers: Extra | None = None,
) -> Extra:
    """Parameters, body and answers of an operation."""
    good: Extra = {"description": HTTPStatus(status).phrase}
    if schema is not None:
        good["content"] = {"application/json": {"schema": schema}}
    if headers:
        good["headers"] = headers
    extra: Extra = {
        "parameters": parameters or [],
        "responses": {status: good, **{fault: problem(fault) for fault in sorted(faults)}},
    }
    if body is not None:
        content = {"application/json": {"schema": body}}
        extra["requestBody"] = {"required": required, "content": content}
    return extra


def problem(status: int) -> Extra:
    """A refusal."""
    made: Extra = {
        "description": HTTPStatus(status).phrase,
        "content": {problems.MEDIA_TYPE: {"schema": ref("Problem")}},
    }
    extra = {401: "WWW-Authenticate", 412: "ETag", 429: "Retry-After"}.get(status)
    if extra:
        made["headers"] = {extra: {"schema": {"type": "string"}}}
    return made


def listing(entity: Entity) -> Extra:
    """GET /deals"""
    page = ref(f"{name_of(entity)}Page")
    return operation(schema=page, faults=(422, *ALWAYS), parameters=params.list_parameters(entity))


def creating(entity: Entity) -> Extra:
    """POST /deals"""
    return operation(
        schema=ref(name_of(entity)),
        status=201,
        faults=(409, *WRITING),
        parameters=[params.idempotency_key()],
        body=ref(f"{name_of(entity)}Create"),
        headers={**TAGGED, **PLACED},
    )


def getting(entity: Entity) -> Extra:
    """GET /deals/{id}"""
    return operation(schema=ref(name_of(entity)), faults=READING, headers=TAGGED)


def changing(entity: Entity) -> Extra:
    """PATCH /deals/{id}"""
    return operation(
        schema=ref(name_of(entity)),
        faults=(404, 409, 412, 428, *WRITING),
        parameters=[params.if_match(required=True)],
        body=ref(f"{name_of(entity)}Change"),
        headers=TAGGED,
    )


def deleting(_entity: Entity) -> Extra:
    """DELETE /deals/{id}"""
    words = _("Delete along with it what depends on it.")
    along = params.query("with_children", {"type": "boolean", "default": False}, words)
    return operation(
        schema=None,
        status=204,
        faults=(403, 404, 409, 412, 422, 428, *ALWAYS),
        parameters=[params.if_match(required=True), along],
    )


def restoring(entity: Entity) -> Extra:
    """POST /deals/{id}/restore"""
    return operation(
        schema=ref(name_of(entity)),
        faults=(404, 409, *WRITING),
        parameters=[params.idempotency_key()],
        headers=TAGGED,
    )


def linking(_entity: Entity) -> Extra:
    """GET /deals/{id}/links"""
    return operation(schema=ref("TiePage"), faults=(422, *READING))


def bulk(entity: Entity) -> Extra:
    """POST /deals/bulk"""
    return operation(
        schema=ref("BulkReport"),
        faults=(409, *WRITING),
        parameters=[params.idempotency_key()],
        body=ref(f"{name_of(entity)}Bulk"),
    )


def acting(entity: Entity, one: Action) -> Extra:
    """POST /deals/{id}/win"""
    return operation(
        schema=ref(name_of(entity)),
        faults=(404, 409, 412, *WRITING),
        parameters=[params.if_match(required=False), params.idempotency_key()],
        body=action_schema(one),
        required=any(param.required for param in one.params),
        headers=TAGGED,
    )


def me() -> Extra:
    """GET /me"""
    return operation(schema=ref("Me"), faults=(422, *ALWAYS))


def people() -> Extra:
    """GET /people"""
    name = params.query("q", {"type": "string"}, _("A part of the name."))
    parameters = [name, *params.paging()]
    return operation(schema=ref("PersonPage"), faults=(422, *ALWAYS), parameters=parameters)


def person() -> Extra:
    """GET /people/{id}"""
    return operation(schema=ref("Person"), faults=(422, *READING))


def search() -> Extra:
    """GET /search"""
    words = _("What to look for: words, parts of words, numbers, Chinese.")
    parameters = [params.query("q", {"type": "string"}, words), params.limit(100, 20)]
    return operation(schema=ref("HitPage"), faults=(422, *ALWAYS), parameters=parameters)
