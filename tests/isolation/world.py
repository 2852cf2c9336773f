"""Rows of everybody, each stamped with whose it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.access.rights import Audience
from app.access.tokens import make_token
from app.records import changes, registry
from app.records.fields import PEOPLE
from tenants.context import Ref, use_tenant
from tests.factories import dependents_last, full, plain_value, sample, unique
from tests.records.helpers import actor

ALICE = "Qxalicexq"
BOB = "Qxbobxq"
CHARLIE = "Qxcharliexq"
MALLORY = "Qxmalloryxq"


@dataclass(frozen=True)
class Target:
    """The rows that requests name: a record of each entity, and what else has a number."""

    rows: dict[str, int]
    people: int
    stamp: str
    other: dict[str, Any] = field(default_factory=dict)
    say: str = "Qxsaidxq"  #: what the sender of a request writes himself


def stamped(*, by: Any, owner: Any, stamp: str, shared: str = "", related: Any = None) -> Any:
    """A row of each entity with every field stamped; what everybody sees bears `shared`."""
    rows: dict[str, int] = {}
    for entity in dependents_last():
        word = stamp if entity.audience is Audience.OWNED else (shared or stamp)
        targets = {**rows, **(related or {})}
        targets |= {slug: rows[slug] for slug in ("pipelines", "stages") if slug in rows}
        values = full(entity, by=owner, stamp=word, related=targets)
        if entity.slug == "stages":
            values["name"] = f"{word} {entity.model._default_manager.count()}"
        ties = [{"entity": s, "id": targets[s], "role": word} for s in entity.links_to]
        values |= {"links": ties} if ties else {}
        rows[entity.slug] = changes.create(entity, values, actor=actor(by)).pk
    return rows


def token_of(user: Any, *, ref: Ref) -> str:
    """A bearer token of this person."""
    with use_tenant(ref):
        return make_token(user, name="Test")[1]


def page_form(slug: str, rows: dict[str, int], *, stamp: str, owner: int) -> dict[str, str]:
    """What a browser sends for a form of this entity, every field filled."""
    entity = registry.get(slug)
    sent: dict[str, str] = {}
    for key, one in entity.writable.items():
        if one.is_relation:
            sent[key] = str(owner if one.target == PEOPLE else rows.get(str(one.target), ""))
        elif key not in {"custom", *unique(entity)}:
            value = plain_value(one, stamp)
            sent[key] = value.isoformat()[:16] if hasattr(value, "isoformat") else str(value)
    return sent


def json_body(slug: str, rows: dict[str, int], *, stamp: str, owner: int) -> dict[str, Any]:
    """What a program sends for a record of this entity, every field filled."""
    entity = registry.get(slug)
    sent: dict[str, Any] = {}
    for key, one in entity.writable.items():
        if one.is_relation:
            sent[key] = owner if one.target == PEOPLE else rows.get(str(one.target))
        elif key not in unique(entity):
            value = plain_value(one, stamp)
            sent[key] = value.isoformat() if hasattr(value, "isoformat") else value
    if entity.links_to:
        sent["links"] = [{"entity": s, "id": rows[s], "role": stamp} for s in entity.links_to]
    return sent


def deleted_rows(*, by: Any, stamp: str, owner: Any = None, shared: str = "") -> dict[str, int]:
    """A row of each entity in the recycle bin, which could come back."""
    found: dict[str, int] = {}
    for entity in dependents_last():
        word = stamp if entity.audience is Audience.OWNED else (shared or stamp)
        name = f"{word} deleted {by.pk}"
        row = sample(entity.slug, by=by, owner=owner, stamp=shared or stamp, name=name)
        changes.delete(entity, row.pk, actor=actor(by), version=None)
        found[entity.slug] = row.pk
    return found
