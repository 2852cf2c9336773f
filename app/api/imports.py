"""What the specification says of the importer's addresses, which it brings along itself."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from app.api import parameters as params
from app.api.operations import ALWAYS, READING, Extra, operation
from app.api.schemas import TEXT, TYPES, Schema, nullable, page_schema, ref, whole
from app.records.fields import Kind

NUMBER, MOMENT = TYPES[Kind.INTEGER], TYPES[Kind.DATETIME]
OBJECT: Schema = {"type": "object"}
COUNTERS = ("rows", "created", "updated", "skipped", "failed")


def import_schemas() -> dict[str, Schema]:
    """Schemas of the importer."""
    made: dict[str, Schema] = {
        "id": NUMBER,
        "entity": TEXT,
        "file_name": TEXT,
        "mode": TEXT,
        "status": TEXT,
        **dict.fromkeys(COUNTERS, NUMBER),
        "error": nullable(TEXT),
        "errors_url": TEXT,
        "mapping": nullable(OBJECT),
        "undo": nullable(OBJECT),
        "created_at": MOMENT,
        "started_at": nullable(MOMENT),
        "finished_at": nullable(MOMENT),
    }
    return {"Import": whole(made), "ImportPage": page_schema(ref("Import"))}


def describe(document: dict[str, Any]) -> None:
    """Put the importer's answers and faults into the document."""
    described = descriptions()
    for methods in document["paths"].values():
        for one in methods.values():
            if one["operationId"] in described:
                extra, title = described[one["operationId"]]
                one["summary"] = title
                one["responses"] = extra["responses"]
                one["parameters"] += extra["parameters"]
                one.pop("description", None)


def descriptions() -> dict[str, tuple[Extra, Any]]:
    """Answers and title of each of the importer's operations."""
    key = [params.idempotency_key()]
    import_ = ref("Import")
    started = operation(
        schema=import_, status=202, faults=(400, 403, 409, 413, 422, *ALWAYS), parameters=key
    )
    undone = operation(
        schema=import_, status=202, faults=(400, 403, 409, 422, *READING), parameters=key
    )
    table = operation(schema=None, faults=READING)
    table["responses"][200]["content"] = {"text/csv": {"schema": TEXT}}
    return {
        "create_import": (started, _("Upload a file and check or import it")),
        "list_imports": (operation(schema=ref("ImportPage")), _("The latest imports")),
        "read_import": (operation(schema=import_, faults=READING), _("How far an import has come")),
        "read_import_errors": (table, _("The refused rows as a file")),
        "read_import_unknown": (
            operation(schema=OBJECT, faults=READING),
            _("Values that nothing answers to"),
        ),
        "undo_import": (undone, _("Take an import back")),
    }
