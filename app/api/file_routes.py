"""The addresses of files, and what the specification says of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from app.api import files
from app.api import parameters as params
from app.api.operations import ALWAYS, READING, WRITING, Extra, operation
from app.api.schemas import TEXT, TYPES, Schema, nullable, page_schema, ref, whole
from app.records.fields import Kind

NUMBER, MOMENT = TYPES[Kind.INTEGER], TYPES[Kind.DATETIME]
TAG = "files"
DOWN = 503
KEY = [params.idempotency_key()]


@dataclass(frozen=True)
class FileRoute:
    """One address under /files/ID."""

    method: str
    path: str
    view: Callable[..., Any]
    name: str
    title: Any
    describe: Callable[[], Extra]


def listing() -> Extra:
    """GET /deals/{id}/files"""
    return operation(schema=ref("FilePage"), faults=(422, *READING), parameters=params.paging())


def adding() -> Extra:
    """POST /deals/{id}/files"""
    place = {"Location": {"schema": TEXT, "description": _("The file's address.")}}
    return operation(
        schema=ref("FileUpload"),
        status=201,
        faults=(404, 409, DOWN, *WRITING),
        parameters=KEY,
        body=ref("FileAnnouncement"),
        headers=place,
    )


def changing() -> Extra:
    """PATCH /files/{id}"""
    body = some({"name": TEXT, "version": {**NUMBER, "minimum": 1}})
    return operation(schema=ref("FileWhole"), faults=(404, 409, *WRITING), body=body)


def restoring() -> Extra:
    """POST /files/{id}/restore"""
    return operation(schema=ref("FileWhole"), faults=(404, 409, *WRITING), parameters=KEY)


def parting() -> Extra:
    """POST /files/{id}/parts"""
    numbers: Schema = {"type": "array", "items": {**NUMBER, "minimum": 1}, "maxItems": 100}
    urls: Schema = {"type": "object", "additionalProperties": TEXT}
    return operation(
        schema=whole({"urls": urls}),
        faults=(404, 409, DOWN, *WRITING),
        parameters=KEY,
        body=whole({"upload": NUMBER, "numbers": numbers}),
    )


def confirming() -> Extra:
    """POST /files/{id}/confirm"""
    part = whole({"number": {**NUMBER, "minimum": 1}, "etag": TEXT})
    parts: Schema = {"type": ["array", "null"], "items": part}
    return operation(
        schema=ref("FileWhole"),
        status=202,
        faults=(404, 409, DOWN, *WRITING),
        parameters=KEY,
        body={**some({"upload": NUMBER, "parts": parts}), "required": ["upload"]},
    )


def cancelling() -> Extra:
    """POST /files/{id}/cancel"""
    body = whole({"upload": NUMBER})
    return operation(
        schema=None, status=204, faults=(404, 409, *WRITING), parameters=KEY, body=body
    )


def downloading() -> Extra:
    """GET /files/{id}/download"""
    words = _("The number of a version; the current one unless given.")
    version = params.query("version", {**NUMBER, "minimum": 1}, words)
    made = operation(schema=None, status=302, faults=(422, DOWN, *READING), parameters=[version])
    made["responses"][302]["headers"] = {"Location": {"schema": TEXT}}
    return made


def getting() -> Extra:
    """GET /files/{id}"""
    return operation(schema=ref("FileWhole"), faults=(422, *READING))


def deleting() -> Extra:
    """DELETE /files/{id}"""
    return operation(schema=None, status=204, faults=(403, 404, 422, *ALWAYS))


EACH = "/{int:id}"
ROUTES = (
    FileRoute("GET", "", files.get_file, "get_file", _("A file with its versions"), getting),
    FileRoute("PATCH", "", files.change_file, "change_file", _("Rename, or go back"), changing),
    FileRoute("DELETE", "", files.delete_file, "delete_file", _("Delete a file"), deleting),
    FileRoute("POST", "/restore", files.restore_file, "restore_file", _("Bring back"), restoring),
    FileRoute("POST", "/versions", files.add_version, "add_file_version", _("Next one"), adding),
    FileRoute("POST", "/parts", files.part_addresses, "file_parts", _("Large files"), parting),
    FileRoute("POST", "/confirm", files.confirm_upload, "confirm_file", _("Confirm"), confirming),
    FileRoute("POST", "/cancel", files.cancel_upload, "cancel_file", _("Give up"), cancelling),
    FileRoute("GET", "/download", files.download, "download_file", _("Download"), downloading),
)


def some(properties: dict[str, Schema]) -> Schema:
    """An object that has any of these and nothing else."""
    return {"type": "object", "properties": properties, "additionalProperties": False}


def file_schemas() -> dict[str, Schema]:
    """Schemas of files."""
    maybe = nullable(TEXT)
    file: dict[str, Schema] = {
        "id": NUMBER,
        "entity": TEXT,
        "record_id": NUMBER,
        "name": TEXT,
        "version": {**nullable(NUMBER), "description": _("Null until one is ready.")},
        "size": {**nullable(NUMBER), "description": _("In bytes.")},
        "content_type": maybe,
        "sha256": maybe,
        "created_at": MOMENT,
        "created_by_id": NUMBER,
        "deleted_at": nullable(MOMENT),
    }
    version: dict[str, Schema] = {
        "upload": {**NUMBER, "description": _("The id of the upload that brought it.")},
        "number": nullable(NUMBER),
        "size": NUMBER,
        "content_type": TEXT,
        "sha256": TEXT,
        "state": {**TEXT, "enum": ["pending", "checking", "ready", "rejected"]},
        "reason": TEXT,
        "sentence": {**TEXT, "description": _("Why it was not taken.")},
        "uploaded_by_id": NUMBER,
        "started_at": MOMENT,
        "ready_at": nullable(MOMENT),
    }
    fields: Schema = {"type": ["object", "null"], "additionalProperties": TEXT}
    upload: dict[str, Schema] = {
        "id": {**NUMBER, "description": _("Say it in `confirm` and `parts`.")},
        "url": {**maybe, "description": _("POST the fields and then `file` there as a form.")},
        "fields": fields,
        "part_size": {**nullable(NUMBER), "description": _("Large files: bytes of each part.")},
        "parts": {**nullable(NUMBER), "description": _("Large files: how many parts.")},
    }
    announcement: dict[str, Schema] = {
        "name": TEXT,
        "size": {**NUMBER, "minimum": 1, "description": _("In bytes.")},
        "content_type": TEXT,
    }
    return {
        "File": whole(file),
        "FilePage": page_schema(ref("File")),
        "FileWhole": whole({**file, "versions": {"type": "array", "items": whole(version)}}),
        "FileAnnouncement": {**some(announcement), "required": ["name", "size"]},
        "FileUpload": whole({"file": ref("File"), "upload": whole(upload)}),
    }
