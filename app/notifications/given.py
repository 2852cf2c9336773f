"""Records that somebody else gave a person: one mail an act, and never two in five minutes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import override

from app.access.actors import Actor
from app.access.models import User
from app.notifications.models import Kind, Notice, rows
from app.notifications.people import address, is_quiet, mail, note, reader, told
from app.records.models import Event
from app.records.registry import get
from app.records.writing import atomic
from tenants.jobs import task

#: Acts of these origins give nobody anything that he had not.
SILENT = ("demo", "undo", "account")
APART = timedelta(minutes=5)
#: Records that a mail names of each kind.
NAMED = 10


@dataclass(frozen=True)
class Gift:
    """Records of one kind that one person gave."""

    by: str
    label: str
    count: int
    named: list[tuple[str, str]]  #: name and address
    url: str  #: the list of all that the reader owns


def hear(event: Event, actor: Actor) -> None:
    """Keep who is to be told of an act, and have it done."""
    given = event.details.get("given")
    if not given or event.origin in SILENT or is_quiet():
        return
    notices = [
        Notice(person_id=int(person), by_id=actor.user_id, entity=event.entity, record_ids=ids)
        for person, ids in given.items()
    ]
    rows(Notice).bulk_create(notices)
    tell_everybody.defer()


@task(name="notifications.given", attempts=8)
def tell_everybody() -> None:
    """A job for each person who is to be told."""
    for person in rows(Notice).order_by("person_id").values_list("person_id", flat=True).distinct():
        tell.defer(person_id=person)


@task(name="notifications.given_to", lock="notifications.given_to", attempts=8)
def tell(*, person_id: int) -> None:
    """Mail a person what waits for him; soon after another mail it waits some time more."""
    with atomic():
        waiting = list(rows(Notice).filter(person_id=person_id).order_by("pk").select_for_update())
        if not waiting:
            return
        actor = reader(person_id, Kind.GIVEN)
        last = told(person_id, Kind.GIVEN)
        rest = last + APART - timezone.now() if last else timedelta(0)
        if actor and rest > timedelta(0):
            tell.defer_in(int(rest.total_seconds()) + 1, person_id=person_id)
            return
        rows(Notice).filter(pk__in=[one.pk for one in waiting]).delete()
        if actor:
            send(waiting, actor=actor)


def send(waiting: Sequence[Notice], *, actor: Actor) -> None:
    """The mail, if anything of it is still his and there for him to see."""
    with override(actor.language):
        gifts = list(gifts_of(waiting, actor=actor))
    if gifts:
        note(actor.user_id, Kind.GIVEN)
        mail("given", to=actor, gifts=gifts, count=sum(gift.count for gift in gifts))


def gifts_of(waiting: Sequence[Notice], *, actor: Actor) -> Iterator[Gift]:
    """What was given, by giver and kind of record."""
    ids: dict[tuple[int, str], list[int]] = {}
    for one in waiting:
        ids.setdefault((one.by_id, one.entity), []).extend(one.record_ids)
    names = dict(User.everyone.filter(pk__in={by for by, _slug in ids}).values_list("pk", "name"))
    for (by, slug), some in ids.items():
        entity = get(slug)
        mine: Any = entity.queryset(actor).filter(pk__among=some, owner_id=actor.user_id)
        count = mine.count()
        if not count:
            continue
        named = mine.order_by("sort_key", "pk").values_list("name", "pk")[:NAMED]
        yield Gift(
            names.get(by, ""),
            str(entity.label if count == 1 else entity.label_plural),
            count,
            [(name, address(f"/{slug}/{pk}/")) for name, pk in named],
            address(f"/{slug}/?owner_id=me"),
        )
