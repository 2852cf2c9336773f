"""What happened to a record, newest first: the audit's entries and what was done with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from markupsafe import Markup

from app.access.actors import Actor
from app.lib import formats
from app.records import actions, lookups
from app.records.cells import ago_html
from app.records.entity import Entity
from app.records.fields import PEOPLE, Field, Kind
from app.records.models import AuditEntry
from app.records.pages import reader_of
from app.records.related import happenings, linked

LENGTH = 30
#: Columns that say nothing of their own in a sentence.
SILENT = frozenset(
    (
        *("id", "created_at", "created_by_id", "updated_by_id", "status", "completed_by_id"),
        "person_id",
    )
)
ICONS = {
    "task": "circle-check-big",
    "call": "phone",
    "meeting": "users",
    "visit": "map-pin",
    "note": "sticky-note",
}


@dataclass(frozen=True)
class Change:
    """One field that changed."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Moment:
    """One thing that happened."""

    at: datetime
    ago: Markup
    icon: str
    who: str
    what: str
    tone: str = ""
    href: str = ""
    title: str = ""
    text: str = ""
    changes: list[Change] = field(default_factory=list)
    who_id: int | None = None  #: the person, where he is known


Source = Callable[..., Iterable[Moment]]
_sources: list[Source] = []


def tell(source: Source) -> Source:
    """Let another app tell what it did with a record: `source(entity, pk, actor=, limit=)`."""
    if source not in _sources:
        _sources.append(source)
    return source


def timeline(entity: Entity, pk: int, *, actor: Actor, limit: int = LENGTH) -> list[Moment]:
    """The latest of what happened to a record and with it."""
    moments = [*_written(entity, pk, actor=actor, limit=limit)]
    for other in happenings(entity):
        moments += _done(other, entity, pk, actor=actor, limit=limit)
    for source in _sources:
        moments += source(entity, pk, actor=actor, limit=limit)
    moments.sort(key=lambda one: one.at, reverse=True)
    return moments[:limit]


def _written(entity: Entity, pk: int, *, actor: Actor, limit: int) -> Iterable[Moment]:
    rows = AuditEntry._default_manager.filter(table_name=entity.table, record_id=pk)
    columns = ("at", "actor_id", "event", "op", "diff")
    entries = list(rows.order_by("-id").values_list(*columns)[:limit])
    names = _names(entity, entries, actor=actor)
    now, reader = timezone.now(), reader_of(actor)
    for at, actor_id, event, op, diff in entries:
        changed = [] if op == "create" else _changes(entity, diff, names, actor=actor)
        what, icon, tone = sentence(entity, event, op)
        said = (_("changed this record"), _("created this record"))
        if op == "update" and not changed and what in said:
            continue
        who = names.get((PEOPLE, actor_id), _("Somebody"))
        yield Moment(
            at,
            ago_html(at, reader=reader, now=now),
            icon,
            who,
            what,
            tone,
            changes=changed,
            who_id=actor_id if (PEOPLE, actor_id) in names else None,
        )


def sentence(entity: Entity, event: str, op: str) -> tuple[str, str, str]:
    """What was done, in words that follow a name; its icon and colour."""
    known = {
        "created": (_("created this record"), "plus", ""),
        "deleted": (_("put this record into the recycle bin"), "trash-2", "bad"),
        "restored": (_("took this record out of the recycle bin"), "archive-restore", "good"),
        "won": (_("won this deal"), "trophy", "good"),
        "lost": (_("lost this deal"), "circle-x", "bad"),
        "reopened": (_("reopened it"), "rotate-ccw", ""),
        "completed": (_("completed it"), "circle-check-big", "good"),
    }
    verb = event.partition(".")[2]
    if verb in known:
        return known[verb]
    act = next((one for one in actions.of(entity) if one.event == event), None)
    if act is not None:
        return str(act.label), act.icon, ""
    if op == "create":
        return known["created"]
    return _("changed this record"), "pencil", ""


def _changes(
    entity: Entity, diff: dict[str, Any], names: dict[Any, str], *, actor: Actor
) -> list[Change]:
    found = []
    for key, (before, after) in diff.items():
        about = entity.by_key.get(key)
        if about is None or key in SILENT or about.kind is Kind.JSON or key.endswith("_currency"):
            continue
        currency = diff.get(f"{key}_currency")
        words = [
            words_of(about, value, names, actor=actor, currency=currency[side] if currency else "")
            for side, value in enumerate((before, after))
        ]
        found.append(Change(str(about.label), *words))
    return found


def words_of(
    about: Field, value: Any, names: dict[Any, str], *, actor: Actor, currency: str = ""
) -> str:
    """A value of the audit as a person reads it."""
    if value is None or value == "":
        return ""
    if about.is_relation:
        return names.get((about.target, value), _("a record that you do not see"))
    if about.kind in (Kind.MONEY, Kind.DECIMAL, Kind.INTEGER):
        return f"{_number(value, actor=actor)} {currency}".strip()
    return _single(about, value, actor=actor)


def _single(about: Field, value: Any, *, actor: Actor) -> str:
    text = str(value)
    if about.kind is Kind.CHOICE:
        return str(dict(about.choices).get(text, text))
    if about.kind is Kind.BOOLEAN:
        return _("Yes") if value else _("No")
    if about.kind is Kind.DATE and (day := parse_date(text)):
        return formats.day(day, language=actor.language)
    if about.kind is Kind.DATETIME and (moment := parse_datetime(text)):
        return formats.moment(moment, language=actor.language, time_zone=actor.time_zone)
    return text


def _number(value: Any, *, actor: Actor) -> str:
    try:
        return formats.number(Decimal(str(value)), language=actor.language)
    except InvalidOperation:
        return str(value)


def _names(entity: Entity, entries: Sequence[Any], *, actor: Actor) -> dict[Any, str]:
    """The names behind all keys of the entries: a query for each kind of record in them."""
    wanted: dict[str, set[int]] = {PEOPLE: {entry[1] for entry in entries if entry[1]}}
    for entry in entries:
        if entry[3] == "create":
            continue
        for key, pair in entry[4].items():
            about = entity.by_key.get(key)
            if about is not None and about.is_relation and key not in SILENT:
                ids = {value for value in pair if isinstance(value, int)}
                wanted.setdefault(about.target or PEOPLE, set()).update(ids)
    names: dict[Any, str] = {}
    for target, ids in wanted.items():
        if ids:
            rows = get_user_model()._base_manager if target == PEOPLE else None
            found = rows.filter(pk__in=ids) if rows else lookups.choices(target, actor=actor)
            pairs = found.filter(pk__in=ids).values_list("pk", "name")
            names |= {(target, pk): name for pk, name in pairs}
    return names


def _done(other: Entity, entity: Entity, pk: int, *, actor: Actor, limit: int) -> Iterable[Moment]:
    rows = linked(other, entity, pk, actor=actor).select_related("created_by")
    now, reader = timezone.now(), reader_of(actor)
    for row in rows.order_by("-created_at", "-pk")[:limit]:
        kind = getattr(row, "type", "")
        yield Moment(
            row.created_at,
            ago_html(row.created_at, reader=reader, now=now),
            ICONS.get(kind, other.icon),
            row.created_by.name if row.created_by else _("Somebody"),
            _added(kind),
            "good" if getattr(row, "completed_at", None) else "",
            href=f"/{other.slug}/{row.pk}/",
            title=row.name,
            text=_text(row),
            who_id=row.created_by_id,
        )


def _added(kind: str) -> str:
    words = {
        "task": _("added a task"),
        "call": _("logged a call"),
        "meeting": _("planned a meeting"),
        "visit": _("planned a visit"),
        "note": _("wrote a note"),
    }
    return words.get(kind, _("added"))


def _text(row: Any) -> str:
    parts = (getattr(row, "plan", ""), getattr(row, "result", ""))
    return "\n".join(part for part in parts if part)
