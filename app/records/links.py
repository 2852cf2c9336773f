"""Ties between records of any kind, many to many, each with a role."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.records import registry
from app.records.batch import Draft
from app.records.entity import Entity
from app.records.models import Link

ROLE_LENGTH = 100


@dataclass(frozen=True)
class Tie:
    """One end of a link, as pages and API show it."""

    entity: str
    id: int
    name: str
    role: str


def parse_links(entity: Entity, raw: Any) -> dict[tuple[str, int], str]:
    """What was entered, as (entity, id) -> role. Raises ValueError with a sentence."""
    if not isinstance(raw, (list, tuple)):
        raise ValueError(_("Enter a list of links."))
    wanted: dict[tuple[str, int], str] = {}
    for one in raw:
        if not isinstance(one, dict) or one.get("entity") not in entity.links_to:
            raise ValueError(_("It cannot be linked to a record of this kind."))
        try:
            pk = int(one.get("id"))  # type: ignore[arg-type]
        except (TypeError, ValueError):
            raise ValueError(_("Enter the ID of a record.")) from None
        role = str(one.get("role") or "").strip()
        if len(role) > ROLE_LENGTH or "\x00" in role or not 0 < pk < 2**63:
            raise ValueError(_("Enter a valid value."))
        wanted[(str(one["entity"]), pk)] = role
    return wanted


def check_links(entity: Entity, drafts: Iterable[Draft], *, actor: Actor) -> None:
    """Parse the links of drafts and refuse those to rows that the actor cannot see."""
    for draft in drafts:
        if draft.links is None:
            continue
        try:
            draft.wanted_links = parse_links(entity, draft.links)
        except ValueError as error:
            draft.refuse("links", error)
            continue
        if hidden(draft.wanted_links, actor=actor):
            draft.refuse("links", _("There is no such record."))


def hidden(wanted: dict[tuple[str, int], str], *, actor: Actor) -> bool:
    """Whether any of these rows is not there for the actor."""
    return any(
        len(ids) != registry.get(slug).queryset(actor).filter(pk__in=ids).count()
        for slug, ids in by_entity(wanted).items()
    )


def by_entity(ties: Iterable[tuple[str, int]]) -> dict[str, set[int]]:
    """Keys grouped by entity."""
    groups: dict[str, set[int]] = {}
    for slug, pk in ties:
        groups.setdefault(slug, set()).add(pk)
    return groups


def write_links(entity: Entity, drafts: Iterable[Draft], *, actor: Actor) -> None:
    """Make the links of each draft those that were wanted; hidden ones stay as they are."""
    for draft in drafts:
        if draft.wanted_links is not None:
            replace_links(entity, draft.row.pk, draft.wanted_links, actor=actor)


def replace_links(
    entity: Entity, pk: int, wanted: dict[tuple[str, int], str], *, actor: Actor
) -> None:
    """Add, change and remove the row's links as far as the actor sees them."""
    stored = {
        (link.target, link.target_id): link
        for link in Link._default_manager.filter(source=entity.slug, source_id=pk)
    }
    seen = visible(stored, actor=actor)
    gone = [stored[key].pk for key in seen if key not in wanted]
    Link._default_manager.filter(pk__in=gone).delete()
    for (slug, target_id), role in wanted.items():
        link = stored.get((slug, target_id)) or Link(
            source=entity.slug, source_id=pk, target=slug, target_id=target_id
        )
        if link.pk is None or link.role != role:
            link.role = role
            link.save()


def visible(ties: Iterable[tuple[str, int]], *, actor: Actor) -> dict[tuple[str, int], str]:
    """Those of the rows that the actor sees, with their names."""
    names: dict[tuple[str, int], str] = {}
    for slug, ids in by_entity(ties).items():
        rows = registry.get(slug).queryset(actor).filter(pk__in=ids)
        names |= {(slug, pk): name for pk, name in rows.values_list("pk", "name")}
    return names


def links_of(entity: Entity, pk: int, *, actor: Actor, but: Collection[str] = ()) -> list[Tie]:
    """Everything that the row is linked to, from either side, as far as the actor sees it.

    Links from the entities of `but` are left out.
    """
    rows = Link._default_manager.filter(
        Q(source=entity.slug, source_id=pk) | Q(target=entity.slug, target_id=pk)
    ).order_by("id")
    ends = {}
    for link in rows.exclude(source__in=but) if but else rows:
        outgoing = (link.source, link.source_id) == (entity.slug, pk)
        end = (link.target, link.target_id) if outgoing else (link.source, link.source_id)
        ends[end] = link.role
    names = visible(ends, actor=actor)
    return [
        Tie(slug, one, names[slug, one], ends[slug, one])
        for slug, one in ends
        if (slug, one) in names
    ]


def targets_of(entity: Entity, pk: int, *, actor: Actor) -> list[Tie]:
    """What the row itself was linked to: the value of its field `links`."""
    rows = Link._default_manager.filter(source=entity.slug, source_id=pk).order_by("id")
    ends = {(link.target, link.target_id): link.role for link in rows}
    names = visible(ends, actor=actor)
    return [
        Tie(slug, one, names[slug, one], role)
        for (slug, one), role in ends.items()
        if (slug, one) in names
    ]
