"""Global search: one table for all records, read under the reader's rights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from app.access.actors import Actor
from app.access.rights import Scope, Verb, scope_of
from app.lib.text import has_han, sort_key
from app.records import registry
from app.records.arrays import literal
from app.records.entity import Entity
from app.records.models import SearchEntry
from app.records.tokens import digits_in, normal, tsquery, tsvector
from app.records.writing import ROWS_AT_ONCE, cursor

CANDIDATES = 200  #: hits looked at before the best are shown
SHORTEST_PART = 3  #: characters from which the middle of a word is searched

UPSERT = """
INSERT INTO records_searchentry (entity, record_id, owner_id, title, sort_key, text, tokens)
SELECT %s, v.record_id, v.owner_id, v.title, v.sort_key, v.text, v.tokens::tsvector
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])
    AS v(record_id, owner_id, title, sort_key, text, tokens)
ON CONFLICT (entity, record_id) DO UPDATE SET owner_id = excluded.owner_id,
    title = excluded.title, sort_key = excluded.sort_key, text = excluded.text,
    tokens = excluded.tokens
"""


@dataclass(frozen=True)
class Hit:
    """A record that was found."""

    entity: str
    id: int
    title: str
    subtitle: str


def index(entity: Entity, rows: Sequence[Any]) -> None:
    """Let search know these rows as they are now."""
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[start : start + ROWS_AT_ONCE]
        texts = [text_of(entity, row) for row in part]
        columns = [
            [row.pk for row in part],
            [row.owner_id for row in part],
            [row.name for row in part],
            [row.sort_key for row in part],
            texts,
            [tsvector(text) for text in texts],
        ]
        with cursor() as handle:
            handle.execute(UPSERT, [entity.slug, *map(literal, columns)])


def text_of(entity: Entity, row: Any) -> str:
    """All that can be found of a row, normalised, numbers also without separators."""
    raw = " ".join(str(value) for name in entity.search_fields if (value := getattr(row, name)))
    return normal(f"{raw} {digits_in(raw)}".strip())


def remove(entity: Entity, ids: Iterable[int]) -> None:
    """Let search forget these rows."""
    SearchEntry._default_manager.filter(entity=entity.slug, record_id__among=list(ids)).delete()


def search(
    q: str, *, actor: Actor, limit: int = 20, entities: Sequence[Entity] | None = None
) -> list[Hit]:
    """The records that match, best first, of those that the actor sees."""
    wanted = entities if entities is not None else registry.all_entities()
    condition = matching(q)
    if condition is None:
        return []
    rows = SearchEntry._default_manager.filter(condition, reach(actor, wanted))
    columns = ("entity", "record_id", "title", "text", "sort_key")
    titled = rows.filter(sort_key__startswith=sort_key(q)).values_list(*columns)
    found = {
        row[:2]: row for row in (*titled[:CANDIDATES], *rows.values_list(*columns)[:CANDIDATES])
    }
    best = sorted(found.values(), key=lambda row: rank(row, q))
    return seen(best, actor=actor)[:limit]


def matching(q: str) -> Q | None:
    """The condition that a search text puts on entries; None when it says nothing."""
    query = tsquery(q)
    if not query:
        return None
    condition = Q(tokens__tokens_match=query)
    text = normal(q).strip()
    if len(text) >= SHORTEST_PART and not has_han(text):
        condition |= Q(text__has=text)
        digits = digits_in(text)
        if digits and digits != text:
            condition |= Q(text__has=digits)
    return condition


def reach(actor: Actor, entities: Iterable[Entity]) -> Q:
    """Entries of rows that the actor's scopes reach; a superset, re-checked when shown."""
    scopes: dict[Scope, list[str]] = {}
    for entity in entities:
        scopes.setdefault(scope_of(actor, Verb.VIEW, entity), []).append(entity.slug)
    condition = Q(entity__in=scopes.pop(Scope.ALL, []))
    scopes.pop(Scope.NONE, None)
    for scope, slugs in scopes.items():
        condition |= Q(entity__in=slugs, owner_id__among=actor.reach[scope])
    return condition


def rank(row: Sequence[Any], q: str) -> tuple[bool, bool, str]:
    """Titles that begin with the text come first, then those that hold it, then the rest."""
    title, wanted = normal(row[2]), normal(q).strip()
    return (not title.startswith(wanted), wanted not in title, row[4])


def seen(rows: Sequence[Sequence[Any]], *, actor: Actor) -> list[Hit]:
    """The found rows that are there for the actor, in the order given."""
    ids: dict[str, list[int]] = {}
    for row in rows:
        ids.setdefault(row[0], []).append(row[1])
    there = {
        (slug, pk)
        for slug, some in ids.items()
        for pk in registry.get(slug)
        .queryset(actor)
        .filter(pk__in=some)
        .values_list("pk", flat=True)
    }
    return [Hit(row[0], row[1], row[2], subtitle(row)) for row in rows if (row[0], row[1]) in there]


def subtitle(row: Sequence[Any]) -> str:
    """What else is known of the row, beside its title."""
    rest: str = row[3]
    return rest.removeprefix(normal(row[2])).strip()[:80]
