"""A POST with an Idempotency-Key is done once, however often it is sent.

The key is written in the transaction of the change itself: either both are there or neither is.
A second request with the same key waits for the first at the unique index, then gets its answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import orjson
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.api.problems import Problem
from app.api.reading import actor_of
from app.records import writing
from app.records.models import IdempotencyKey
from tenants.context import current

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
LONGEST = 200
WAIT = "10s"  #: how long a repeat waits for the first request to end
KEPT = ("Content-Type", "Location", "ETag")

CLAIM = """
INSERT INTO records_idempotencykey (key, actor_id, fingerprint, body, created_at)
VALUES (%s, %s, %s, '', now())
ON CONFLICT (actor_id, key) DO UPDATE
    SET fingerprint = excluded.fingerprint, status = NULL, body = '', created_at = now()
    WHERE records_idempotencykey.created_at < now() - interval '24 hours'
RETURNING id
"""
FINISH = "UPDATE records_idempotencykey SET status = %s, body = %s WHERE id = %s"

Perform = Callable[[], HttpResponseBase]


@dataclass(frozen=True)
class Once:
    """One request under its key."""

    key: str
    fingerprint: str
    actor: Actor


def once(request: HttpRequest, perform: Perform) -> HttpResponseBase:
    """Perform it, or give the answer that it got before. Refusals are not kept."""
    key = request.headers[HEADER].strip()
    if not 0 < len(key) <= LONGEST or not key.isprintable():
        raise Problem(400, _("An Idempotency-Key has 1 to 200 printable characters."))
    one = Once(key, fingerprint(request), actor_of(request))
    with writing.atomic():
        pk = claim(one)
        if pk is None:
            return replay(one)
        response = perform()
        if response.status_code >= 400 or not isinstance(response, HttpResponse):
            transaction.set_rollback(True, using=current().cell)
        else:
            finish(pk, response)
        return response


def claim(one: Once) -> int | None:
    """Take the key; None when it was taken before, and that request is over."""
    try:
        with writing.atomic(), writing.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [WAIT])
            cursor.execute(CLAIM, [one.key, one.actor.user_id, one.fingerprint])
            row = cursor.fetchone()
            cursor.execute("SET LOCAL lock_timeout = DEFAULT")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "55P03":
            raise
        words = _("A request with this key is still being worked on.")
        raise Problem(409, words, headers={"Retry-After": "5"}) from None
    return row[0] if row else None


def replay(one: Once) -> HttpResponse:
    """The answer that this key got before."""
    kept = IdempotencyKey._default_manager.get(key=one.key, actor_id=one.actor.user_id)
    if kept.fingerprint != one.fingerprint:
        raise Problem(422, _("This key was used for another request."), errors={})
    headers, _sep, content = bytes(kept.body).partition(b"\n")
    response = HttpResponse(content, status=kept.status, headers=orjson.loads(headers))
    response.headers[REPLAYED] = "true"
    return response


def finish(pk: int, response: HttpResponse) -> None:
    """Keep the answer beside its key."""
    headers = {name: response.headers[name] for name in KEPT if name in response.headers}
    with writing.cursor() as cursor:
        body = orjson.dumps(headers) + b"\n" + response.content
        cursor.execute(FINISH, [response.status_code, body, pk])


def fingerprint(request: HttpRequest) -> str:
    """What makes a request the same as another: address, precondition and content."""
    digest = hashlib.sha256()
    for part in parts(request):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def parts(request: HttpRequest) -> Iterator[bytes]:
    """The request piece by piece; a form without its boundary, which differs each time."""
    yield request.get_full_path().encode()
    yield request.headers.get("If-Match", "").encode()
    if request.content_type != "multipart/form-data":
        yield request.body
        return
    for name, values in sorted(request.POST.lists()):
        yield orjson.dumps([name, values])
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            yield orjson.dumps([name, str(file.name)])
            yield from file.chunks()
            file.seek(0)
