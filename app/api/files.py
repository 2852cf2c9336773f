"""Files over the API: announced here, sent to the store, confirmed here."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from app.access.rights import Verb
from app.api.answers import ROOT, respond
from app.api.reading import actor_of, check_query, read_object
from app.api.records import ORIGIN, refuse_fields
from app.api.workspace import cursor_after, parse_after
from app.documents import deletion, editing, uploads
from app.documents.files import find_file, shelf_of
from app.documents.models import File, FileVersion
from app.records.entity import Entity
from app.records.errors import Invalid
from app.records.listing import parse_limit

State = FileVersion.State
PRIVATE = {"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer"}
ANNOUNCED = ("name", "size", "content_type")


def list_files(entity: Entity, request: HttpRequest, pk: int) -> HttpResponse:
    """The files of a record, in the order of their IDs."""
    check_query(request, ["limit", "cursor"])
    shelf = shelf_of(entity, pk, actor=actor_of(request))
    errors: dict[str, list[str]] = {}
    limit = parse_limit(request.GET.get("limit", ""), errors)
    after = parse_after(request.GET.get("cursor", ""), errors)
    if errors:
        raise Invalid(errors)
    rows = File._default_manager.filter(entity=shelf.entity.slug, record_id=shelf.pk, pk__gt=after)
    found = list(rows.filter(deleted_at=None).order_by("pk")[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    cursor = cursor_after(found[-1].pk) if more else None
    return respond({"results": shown(found), "next": cursor})


def add_file(entity: Entity, request: HttpRequest, pk: int) -> HttpResponse:
    """Announce a file on a record; the answer says where to send it."""
    actor, values = actor_of(request), read_object(request)
    shelf_of(entity, pk, actor=actor, verb=Verb.CHANGE)
    file, ticket = uploads.start(entity, pk, announced(values), actor=actor)
    return begun(file, ticket)


def add_version(request: HttpRequest, pk: int) -> HttpResponse:
    """Announce another version of a file."""
    actor, values = actor_of(request), read_object(request)
    find_file(pk, actor=actor, verb=Verb.CHANGE)
    file, ticket = uploads.start_version(pk, announced(values), actor=actor)
    return begun(file, ticket)


def announced(values: dict[str, Any]) -> uploads.Announced:
    """The file that is to come. Raises Invalid."""
    check_fields(values, ANNOUNCED)
    return uploads.announce(values.get("name"), values.get("size"), values.get("content_type", ""))


def check_fields(values: dict[str, Any], known: tuple[str, ...]) -> None:
    """Refuse what means nothing here."""
    unknown = values.keys() - set(known)
    if unknown:
        raise Invalid({name: [_("There is no such field.")] for name in sorted(unknown)})


def begun(file: File, ticket: uploads.Ticket) -> HttpResponse:
    """The file with the way to send it."""
    headers = {"Location": f"{ROOT}/files/{file.pk}"}
    data = {"file": shown([file])[0], "upload": ticket.as_json()}
    return respond(data, status=201, headers=headers)


def get_file(request: HttpRequest, pk: int) -> HttpResponse:
    """A file with all its versions."""
    check_query(request, [])
    file, _shelf = find_file(pk, actor=actor_of(request))
    return respond(whole(file))


def whole(file: File) -> dict[str, Any]:
    """A file with its versions, those too that did not become ready."""
    rows = file.versions.order_by("pk").values(
        *("id", "number", "size", "content_type", "sha256", "state", "reason"),
        *("detail", "uploaded_by_id", "started_at", "ready_at"),
    )
    return {**shown([file])[0], "versions": [version_json(row) for row in rows]}


def version_json(row: dict[str, Any]) -> dict[str, Any]:
    """A version as the API shows it: its upload's number, and why it was not taken."""
    detail = row.pop("detail")
    sentence = FileVersion(reason=row["reason"], detail=detail).sentence
    return {"upload": row.pop("id"), **row, "sentence": sentence}


def shown(files: list[File]) -> list[dict[str, Any]]:
    """Files as the API shows them, with what people get of each."""
    rows = FileVersion._default_manager.filter(file__in=files).exclude(number=None)
    current = {(row.file_id, row.number): row for row in rows}
    return [file_json(file, current.get((file.pk, file.current or 0))) for file in files]


def file_json(file: File, version: FileVersion | None) -> dict[str, Any]:
    """One file; without a version that is ready it has no size yet."""
    return {
        "id": file.pk,
        "entity": file.entity,
        "record_id": file.record_id,
        "name": file.name,
        "version": file.current,
        "size": version.size if version else None,
        "content_type": version.content_type if version else None,
        "sha256": version.sha256 if version else None,
        "created_at": file.created_at,
        "created_by_id": file.created_by_id,
        "deleted_at": file.deleted_at,
    }


def change_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a file another name, or make an older version current."""
    actor, values = actor_of(request), read_object(request)
    file, _shelf = find_file(pk, actor=actor, verb=Verb.CHANGE)
    check_fields(values, ("name", "version"))
    if "version" in values:
        number = values["version"]
        if type(number) is not int or not file.versions.filter(
            number=number if 0 < number < 2**31 else 0, state=State.READY
        ):
            raise Invalid({"version": [_("There is no such version.")]})
        file = editing.make_current(pk, number, actor=actor, origin=ORIGIN)
    if "name" in values:
        file = editing.rename(pk, values["name"], actor=actor, origin=ORIGIN)
    return respond(whole(file))


def delete_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a file among the deleted ones of its record."""
    check_query(request, [])
    deletion.delete(pk, actor=actor_of(request), origin=ORIGIN)
    return HttpResponse(status=204)


def restore_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a deleted file back."""
    refuse_fields(request)
    return respond(whole(deletion.restore(pk, actor=actor_of(request), origin=ORIGIN)))


def part_addresses(request: HttpRequest, pk: int) -> HttpResponse:
    """Where to PUT the parts of a large upload."""
    actor, values = actor_of(request), read_object(request)
    check_fields(values, ("upload", "numbers"))
    numbers, upload = values.get("numbers"), upload_of(values)
    return respond({"urls": uploads.part_addresses(pk, upload, numbers, actor=actor)})


def confirm_upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that everything was sent; the file is checked from now on."""
    actor, values = actor_of(request), read_object(request)
    check_fields(values, ("upload", "parts"))
    version = uploads.confirm(pk, upload_of(values), values.get("parts"), actor=actor)
    return respond(whole(version.file), status=202)


def cancel_upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Give up an upload, or take a refused one away."""
    actor, values = actor_of(request), read_object(request)
    check_fields(values, ("upload",))
    uploads.cancel(pk, upload_of(values), actor=actor)
    return HttpResponse(status=204)


def upload_of(values: dict[str, Any]) -> int:
    """The number of the upload. Raises Invalid."""
    number = values.get("upload")
    if type(number) is not int or not 0 < number < 2**63:
        raise Invalid({"upload": [_("Enter the id of the upload.")]})
    return number


def download(request: HttpRequest, pk: int) -> HttpResponse:
    """On to the file itself: the address lives a minute."""
    check_query(request, ["version"])
    raw = request.GET.get("version", "")
    if raw and not (raw.isascii() and raw.isdigit() and 0 < int(raw[:12]) < 2**31):
        raise Invalid({"version": [_("Enter the number of a version.")]})
    number = int(raw) if raw else None
    address = editing.address_of(pk, number, actor=actor_of(request), origin=ORIGIN)
    return HttpResponseRedirect(address, headers=PRIVATE)
