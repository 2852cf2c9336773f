"""What can be done to a file that is there: rename it, take an older version, hand it out."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.access.rights import Verb
from app.documents import kinds, uploads
from app.documents.files import find_file, find_version, held_shelf, tell
from app.documents.models import File
from app.records.errors import Invalid, NotVisible
from app.records.writing import atomic
from tenants.files import store


def rename(pk: int, name: Any, *, actor: Actor, origin: str = "page") -> File:
    """Give a file another name of the same kind. Raises NotVisible, Forbidden, Invalid."""
    errors: dict[str, list[str]] = {}
    with atomic():
        file, shelf = find_file(pk, actor=actor, verb=Verb.CHANGE)
        clean = uploads.clean_name(name, errors)
        if clean and not _same_kind(file.name, clean):
            words = _("The name must go on ending in .%(ending)s.")
            errors["name"] = [words % {"ending": file.name.rpartition(".")[2].lower()}]
        if errors:
            raise Invalid(errors)
        held_shelf(shelf.entity, shelf.pk, actor=actor)
        before, file.name = file.name, clean
        if clean != before:
            file.save(update_fields=["name"])
            tell(shelf, "renamed", file, actor=actor, origin=origin, before=before)
    return file


def _same_kind(before: str, after: str) -> bool:
    old, new = kinds.of_name(before), kinds.of_name(after)
    return new is not None and (old is None or old.looks == new.looks)


def make_current(pk: int, number: int, *, actor: Actor, origin: str = "page") -> File:
    """Let people get an older version again. Raises NotVisible, Forbidden."""
    with atomic():
        file, shelf = find_file(pk, actor=actor, verb=Verb.CHANGE)
        held_shelf(shelf.entity, shelf.pk, actor=actor)
        version = find_version(file, number)
        if file.current != version.number:
            file.current = version.number
            file.save(update_fields=["current"])
            tell(shelf, "reverted", file, actor=actor, origin=origin, version=number)
    return file


def address_of(pk: int, number: int | None, *, actor: Actor, origin: str = "page") -> str:
    """Where to fetch a version within the next minute; noted as an event of its record.

    Raises NotVisible, StorageDown.
    """
    file, shelf = find_file(pk, actor=actor)
    version = find_version(file, number)
    address = store.download_url(
        version.key, name=file.name, content_type=version.content_type, seconds=60
    )
    tell(shelf, "downloaded", file, actor=actor, origin=origin, version=version.number)
    return address


def picture_of(pk: int, number: int | None, page: int, *, actor: Actor) -> str:
    """Where to fetch a picture of a page (0: the small one). Raises NotVisible, StorageDown."""
    file, _shelf = find_file(pk, actor=actor)
    version = find_version(file, number)
    if version.preview != version.Preview.READY or not 0 <= page < len(version.pictures):
        raise NotVisible
    return store.download_url(
        version.pictures[page], name=f"{page}.webp", content_type="image/webp", inline=True
    )
