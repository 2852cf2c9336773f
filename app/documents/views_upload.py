"""What a page asks while it sends a file: JSON both ways, every refusal a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from app.access.actors import Actor
from app.access.rights import Verb
from app.documents import uploads
from app.documents.files import shelf_of
from app.records.errors import Forbidden, Invalid, NotVisible, Refused
from app.records.pages import actor_of, entity_of
from tenants.files.errors import StorageDown

Said = dict[str, Any]


def storage_down() -> str:
    """What somebody reads while the store does not answer."""
    return _("The storage of files does not answer at the moment. Please try again soon.")


def spoken(view: Callable[..., Said]) -> Callable[..., HttpResponse]:
    """A view for our script: JSON both ways, refusals as `{"error": sentence}`."""

    @wraps(view)
    def answer(request: HttpRequest, **rest: Any) -> HttpResponse:
        try:
            return JsonResponse(view(actor_of(request), sent(request), **rest))
        except NotVisible:
            return refusal(404, _("This is not there any more."))
        except Forbidden:
            return refusal(403, _("Your role does not allow this."))
        except Invalid as error:
            return refusal(422, " ".join(error.sentences))
        except Refused as error:
            return refusal(409, str(error.message))
        except StorageDown:
            return refusal(503, storage_down())

    return require_POST(answer)


def refusal(status: int, sentence: str) -> HttpResponse:
    """Why not."""
    return JsonResponse({"error": sentence}, status=status)


def sent(request: HttpRequest) -> Said:
    """The JSON object of the request. Raises Invalid."""
    try:
        found = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Invalid({"body": [_("Send a JSON object.")]})
    return found


def upload_of(values: Said) -> int:
    """The number of the upload that is meant."""
    number = values.get("upload")
    if type(number) is not int or not 0 < number < 2**63:
        raise NotVisible
    return number


def announced(values: Said) -> uploads.Announced:
    """The file that is to come. Raises Invalid."""
    return uploads.announce(values.get("name"), values.get("size"), values.get("content_type"))


@spoken
def start(actor: Actor, values: Said, *, slug: str, pk: int) -> Said:
    """Announce a new file."""
    entity = entity_of(slug)
    shelf_of(entity, pk, actor=actor, verb=Verb.CHANGE)
    file, ticket = uploads.start(entity, pk, announced(values), actor=actor)
    return {"file": file.pk, "name": file.name, "upload": ticket.as_json()}


@spoken
def parts(actor: Actor, values: Said, *, pk: int) -> Said:
    """Where the next parts go."""
    numbers = values.get("numbers")
    return {"urls": uploads.part_addresses(pk, upload_of(values), numbers, actor=actor)}


@spoken
def confirm(actor: Actor, values: Said, *, pk: int) -> Said:
    """Everything was sent."""
    version = uploads.confirm(pk, upload_of(values), values.get("parts"), actor=actor)
    return {"state": version.state, "sentence": version.sentence}


@spoken
def cancel(actor: Actor, values: Said, *, pk: int) -> Said:
    """Give an upload up."""
    uploads.cancel(pk, upload_of(values), actor=actor)
    return {}


@spoken
def add_version(actor: Actor, values: Said, *, pk: int) -> Said:
    """Announce another version."""
    file, ticket = uploads.start_version(pk, announced(values), actor=actor)
    return {"file": file.pk, "name": file.name, "upload": ticket.as_json()}
