"""Which row does this cell name? Looked up among what the importer may see, never beyond."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.access.people import create_seatless
from app.access.rights import Verb, may
from app.lib.text import sort_key
from app.records import changes, registry
from app.records.entity import Entity
from app.records.fields import PEOPLE, Field
from app.records.models import LIVE

#: A cell under a relation, with the row that narrows the search (a stage's pipeline).
Wanted = tuple[str, int | None]


class Missing:
    """Nothing answers to the cell."""


@dataclass(frozen=True)
class Trouble:
    """Why a cell cannot be used."""

    message: str


@dataclass(frozen=True)
class Made:
    """Something that was created because a cell named it."""

    target: str
    id: int
    version: int | None


Answer = int | Missing | Trouble
MISSING = Missing()


@dataclass
class Finder:
    """Answers for one relation field; what it found once it remembers."""

    field: Field
    actor: Actor
    scope: Field | None = None  #: the target's own relation that narrows the search
    answers: dict[Wanted, Answer] = dataclasses.field(default_factory=dict)
    made: list[Made] = dataclasses.field(default_factory=list)

    def find(self, wanted: Iterable[Wanted]) -> None:
        """Look up what is not known yet, in one query."""
        new = [one for one in dict.fromkeys(wanted) if one not in self.answers]
        if not new:
            return
        known = Known(candidates(self.field.target or "", {text for text, _scope in new}, self))
        for one in new:
            self.answers[one] = known.judge(one)

    def forget_missing(self) -> None:
        """What was not there may be there now."""
        self.answers = {one: a for one, a in self.answers.items() if not isinstance(a, Missing)}

    def create(self, wanted: Iterable[Wanted]) -> None:
        """Make what is missing, as far as the importer may."""
        new = [one for one in dict.fromkeys(wanted) if isinstance(self.answers.get(one), Missing)]
        if new:
            make = make_people if self.field.target == PEOPLE else make_records
            make(self, new)


def narrowing(entity: Entity, relation: Field) -> tuple[Field, Field] | None:
    """Where the target must belong to what the row belongs to: a stage to its pipeline.

    Answers the entity's own field and the target's.
    """
    if relation.target in (None, PEOPLE):
        return None
    for inner in registry.get(relation.target or "").relations:
        own = entity.fields.get(inner.name)
        if inner.required and own and own.target == inner.target and inner.target != PEOPLE:
            return own, inner
    return None


Row = tuple[int, str, str, str, int | None]  # id, name, external id, e-mail, scope


def candidates(target: str, texts: set[str], finder: Finder) -> list[Row]:
    """The visible rows that might be meant by any of the texts."""
    rows, model = visible(target, actor=finder.actor)
    condition = Q(external_id__among=texts) | Q(sort_key__among={sort_key(text) for text in texts})
    has_email = any(one.name == "email" for one in model._meta.concrete_fields)
    addresses = {text.lower() for text in texts if "@" in text}
    if has_email and addresses:
        condition |= Q(email__among=addresses | {text for text in texts if "@" in text})
    columns = ["pk", "name", "external_id", "email" if has_email else "external_id"]
    columns.append(finder.scope.key if finder.scope else "pk")  # compared only with a scope
    found = rows.filter(condition).order_by().values_list(*columns)
    return [
        (pk, name, external, (email or "").lower() if has_email else "", scope)
        for pk, name, external, email, scope in found
    ]


def visible(target: str, *, actor: Actor) -> tuple[QuerySet[Any], Any]:
    """The rows that the importer may point at."""
    if target == PEOPLE:
        model = get_user_model()
        return model._default_manager.all(), model
    entity = registry.get(target)
    return entity.queryset(actor), entity.model


class Known:
    """Candidates by everything that may name them."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.by_id: dict[str, list[Row]] = {}
        self.by_name: dict[str, list[Row]] = {}
        for row in rows:
            for key in {row[2], row[3]} - {""}:
                self.by_id.setdefault(key, []).append(row)
            self.by_name.setdefault(row[1].casefold(), []).append(row)

    def judge(self, wanted: Wanted) -> Answer:
        """The one row that the text names by external id, e-mail or name; two are trouble."""
        text, scope = wanted
        folded = text.casefold()
        ids = {row[0] for row in self.by_id.get(text, ()) if scope in (None, row[4])}
        ids |= {
            r[0] for r in self.by_id.get(folded, ()) if r[3] == folded and scope in (None, r[4])
        }
        named = [row for row in self.by_name.get(folded, ()) if scope in (None, row[4])]
        ids |= {row[0] for row in named if row[1] == text} or {row[0] for row in named}
        if len(ids) > 1:
            words = {"text": text, "count": len(ids)}
            return Trouble(_("“%(text)s” is ambiguous: %(count)s records answer to it.") % words)
        return ids.pop() if ids else MISSING


def make_records(finder: Finder, wanted: list[Wanted]) -> None:
    """Create rows of the target by name, through the one way in."""
    target = registry.get(finder.field.target or "")
    if not may(finder.actor, Verb.CREATE, target):
        refuse(finder, wanted, target.label_plural)
        return
    scope = finder.scope.key if finder.scope else None
    values = [{"name": text} | ({scope: of} if scope else {}) for text, of in wanted]
    result = changes.create_many(target, values, actor=finder.actor, origin="import")
    for one, outcome in zip(wanted, result.outcomes, strict=True):
        if outcome.id is None or outcome.status == "failed":
            messages = [message for some in outcome.errors.values() for message in some]
            finder.answers[one] = Trouble(" ".join(messages))
        else:
            finder.answers[one] = outcome.id
            finder.made.append(Made(target.slug, outcome.id, outcome.version))


def make_people(finder: Finder, wanted: list[Wanted]) -> None:
    """Add people without a seat; only those who look after people may."""
    try:
        people = create_seatless([text for text, _scope in wanted], by=finder.actor)
    except PermissionDenied:
        refuse(finder, wanted, _("people"))
        return
    except ValidationError as error:
        finder.answers |= dict.fromkeys(wanted, Trouble(" ".join(error.messages)))
        return
    for one, person in zip(wanted, people, strict=True):
        finder.answers[one] = person.pk
        finder.made.append(Made(PEOPLE, person.pk, None))


def refuse(finder: Finder, wanted: list[Wanted], what: Any) -> None:
    """The importer may not make these."""
    for one in wanted:
        words = {"text": one[0], "what": what}
        finder.answers[one] = Trouble(
            _("“%(text)s” is unknown, and you may not add %(what)s.") % words
        )


def likely_scope(
    own: Field, relation: Field, inner: Field, texts: Iterable[str], *, actor: Actor
) -> int | None:
    """The pipeline that has most of the stages that a file names; the default one on a tie."""
    texts = set(texts)
    rows, _model = visible(relation.target or "", actor=actor)
    named = Q(external_id__in=texts) | Q(sort_key__in={sort_key(text) for text in texts})
    counted = rows.filter(named).order_by().values_list(inner.key)
    counts: dict[int, int] = dict(counted.annotate(Count("sort_key", distinct=True)))
    default = default_scope(own)
    best = max(counts.values(), default=0)
    if not counts or (default is not None and counts.get(default) == best):
        return default
    return min(pk for pk, count in counts.items() if count == best)


def default_scope(own: Field) -> int | None:
    """The row that is taken where the file names none: the default pipeline."""
    model = registry.get(own.target or "").model
    if not any(one.name == "is_default" for one in model._meta.concrete_fields):
        return None
    is_default = Q(("is_default", True))
    return model._default_manager.filter(LIVE, is_default).values_list("pk", flat=True).first()
