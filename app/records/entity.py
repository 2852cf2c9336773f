"""The vocabulary: an Entity says once what a kind of record is; all channels follow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models.base import ModelState

from app.access.actors import Actor
from app.access.rights import Audience, Verb, visible_rows
from app.records.fields import PEOPLE, Field, Kind, describe, kind_of
from app.records.models import LIVE, Record

if TYPE_CHECKING:
    from app.records.actions import Action
    from app.records.batch import Draft

HIDDEN = frozenset({"sort_key", "deleted_at"})
SYSTEM = (
    "external_id",
    "custom",
    "version",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
)


@dataclass(frozen=True)
class Section:
    """A titled group of fields on form and record page."""

    label: Any
    fields: tuple[str, ...]
    collapsed: bool = False  #: closed until somebody opens it


class Entity:
    """One kind of record. Subclass it beside the model, decorate it with `register`."""

    model: ClassVar[type[Record]]
    #: Name of a Lucide icon.
    icon: str = "box"
    #: Sections of the form and the record page, in order.
    layout: tuple[Section, ...] = ()
    #: Columns of the list until somebody chooses others.
    list_columns: tuple[str, ...] = ("name", "owner", "created_at")
    #: Fields offered first as filter chips.
    filters: tuple[str, ...] = ("owner",)
    #: Own text columns that global search looks into.
    search_fields: tuple[str, ...] = ("name",)
    #: Entities whose rows are listed on the record page, by slug.
    related_lists: tuple[str, ...] = ()
    #: The relation whose rows are the board's columns; none, no board.
    board_field: str | None = None
    #: Sort of the list until somebody chooses another.
    default_sort: str = "name"
    #: For whom the rows are meant; rights follow from it.
    audience: Audience = Audience.OWNED
    #: Entities that a row may be linked to, many to many, with a role.
    links_to: tuple[str, ...] = ()
    #: The relation to the person whose picture stands beside the name.
    portrait: str | None = None
    #: Rows that tell of what was done: they stay with whoever did it when he hands over.
    history: models.Q | None = None
    #: Group of the menu; none, not in the menu.
    menu: Any = None

    def __repr__(self) -> str:
        return f"<Entity {self.slug}>"

    @cached_property
    def slug(self) -> str:
        """The word in URLs: plural and hyphenated."""
        words = re.sub(r"(?<!^)(?=[A-Z])", "-", self.model.__name__).lower()
        if words.endswith("y"):
            return words[:-1] + "ies"
        return words + ("es" if words.endswith(("s", "x", "ch")) else "s")

    @cached_property
    def event_name(self) -> str:
        """The word before the dot in events: deal."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", self.model.__name__).lower()

    @property
    def label(self) -> Any:
        """What one of them is called."""
        return self.model._meta.verbose_name

    @property
    def label_plural(self) -> Any:
        """What many of them are called."""
        return self.model._meta.verbose_name_plural

    @property
    def table(self) -> str:
        """The table in the audit's entries."""
        return self.model._meta.db_table

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Every field that people may see, in the layout's order, then the system's."""
        laid_out = [name for section in self.layout for name in section.fields]
        others = [field.name for field in self.model._meta.concrete_fields]
        order = dict.fromkeys(["id", *laid_out, *others])
        named = {field.name: field for field in self.model._meta.concrete_fields}
        return {
            name: describe(named[name], target=self._target(named[name]))
            for name in order
            if name in named and name not in HIDDEN
        }

    @cached_property
    def _defaults(self) -> tuple[dict[str, Any], list[Any]]:
        """What a new row holds, and the fields whose default is made anew each time."""
        fields = self.model._meta.concrete_fields
        made = [field for field in fields if callable(field.default)]
        return {field.attname: field.get_default() for field in fields}, made

    def blank_row(self) -> Any:
        """A new row of nothing but defaults, in a tenth of the time that the model takes."""
        row = self.model.__new__(self.model)
        values, made = self._defaults
        row.__dict__.update(values, _state=ModelState())
        for field in made:
            row.__dict__[field.attname] = field.get_default()
        return row

    @cached_property
    def by_key(self) -> dict[str, Field]:
        """Fields under the word by which they are written: account_id."""
        return {field.key: field for field in self.fields.values()}

    @cached_property
    def writable(self) -> dict[str, Field]:
        """The fields that somebody may set, by the word under which they are written."""
        return {
            key: field for key, field in self.by_key.items() if not field.read_only and key != "id"
        }

    @cached_property
    def relations(self) -> tuple[Field, ...]:
        """Fields that point at other rows."""
        return tuple(field for field in self.fields.values() if field.is_relation)

    def _target(self, source: models.Field[Any, Any]) -> str | None:
        from app.records import registry

        if not source.is_relation:
            return None
        if kind_of(source) is Kind.PERSON:
            return PEOPLE
        return registry.of_model(source.related_model).slug  # type: ignore[arg-type]

    @property
    def actions(self) -> list[Action]:
        """Business acts on one record, in the order of their declaration."""
        from app.records import actions

        return actions.of(self)

    def queryset(self, actor: Actor, verb: Verb = Verb.VIEW) -> models.QuerySet[Any]:
        """The live rows that the actor's right of this verb reaches: the one way to read."""
        rows = self.model._default_manager.filter(LIVE)
        return visible_rows(rows, actor=actor, verb=verb, entity=self)

    def deleted(self, actor: Actor) -> models.QuerySet[Any]:
        """The recycle bin: deleted rows that the actor might have deleted."""
        rows = self.model._default_manager.exclude(LIVE)
        return visible_rows(rows, actor=actor, verb=Verb.DELETE, entity=self)

    def prepare(self, drafts: Sequence[Draft], *, actor: Actor, origin: str) -> None:
        """Derive what follows from what was entered; called before each write of a batch."""

    def written(self, drafts: Sequence[Draft], *, actor: Actor, origin: str) -> None:
        """Write what goes along with the batch, in its transaction."""

    def check_deletion(self, row: Any) -> None:
        """Raise Refused where a row must stay; called before it is deleted or purged."""
