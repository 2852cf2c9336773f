"""Who gets a mail: somebody who may sign in, wants it, in a workspace that has proven itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from app.access.actors import Actor, load_actor
from app.access.mails import send
from app.access.models import User
from app.access.verification import is_verified
from app.notifications.models import Choice, Kind, Told, rows
from tenants.context import current
from tenants.routing import workspace_url

_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


@contextmanager
def quiet() -> Iterator[None]:
    """Within this block nobody is told of anything: a demo fills itself, a backup comes back."""
    token = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(token)


def is_quiet() -> bool:
    """Whether nobody is to be told of what happens now."""
    return _quiet.get()


def reader(person_id: int, kind: Kind) -> Actor | None:
    """The person, with his rights, if a mail of this kind is for him."""
    refused = rows(Choice).filter(person_id=person_id, refused=kind).exists()
    if refused or not is_verified():
        return None
    actor = load_actor(person_id)
    return actor if actor is not None and actor.email else None


def wanting(kind: Kind) -> QuerySet[User]:
    """Everybody who may sign in and has not refused this kind."""
    refusing = rows(Choice).filter(refused=kind).values("person_id")
    return User.objects.filter(is_active=True, has_seat=True).exclude(pk__in=refusing)


def choose(person_id: int, wanted: Iterable[str]) -> None:
    """Keep which kinds the person wants."""
    refused = set(Kind.values) - set(wanted)
    rows(Choice).filter(person_id=person_id).exclude(refused__in=refused).delete()
    for kind in sorted(refused):
        rows(Choice).get_or_create(person_id=person_id, refused=kind)


def wanted_by(person_id: int) -> list[str]:
    """The kinds that the person gets."""
    refused = set(rows(Choice).filter(person_id=person_id).values_list("refused", flat=True))
    return [kind for kind in Kind.values if kind not in refused]


def told(person_id: int, kind: Kind) -> datetime | None:
    """When he was last sent this kind."""
    found: datetime | None = (
        rows(Told).filter(person_id=person_id, kind=kind).values_list("at", flat=True).first()
    )
    return found


def note(person_id: int, kind: Kind, **values: Any) -> None:
    """Remember that he is told now."""
    defaults = {"at": timezone.now(), **values}
    rows(Told).update_or_create(person_id=person_id, kind=kind, defaults=defaults)


def address(path: str) -> str:
    """A page of this workspace as a mail names it."""
    return workspace_url(current().subdomain, path)


def mail(template: str, *, to: Actor, **context: Any) -> None:
    """Send it in his language, with the way to his choices."""
    send(
        template,
        to=to.email or "",
        language=to.language,
        name=to.name,
        workspace=to.workspace_name,
        choices_url=address("/settings/notifications/"),
        **context,
    )
