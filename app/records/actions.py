"""Business acts: a typed function becomes a button, an API verb, an event, with rights."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, get_args, get_type_hints

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.access.rights import Verb, owner_in_reach
from app.records import events, writing
from app.records.entity import Entity
from app.records.errors import Forbidden, Invalid, NotVisible, Stale
from app.records.fields import Kind
from app.records.models import Record

KINDS: dict[Any, tuple[Kind, type[forms.Field]]] = {
    str: (Kind.TEXT, forms.CharField),
    int: (Kind.INTEGER, forms.IntegerField),
    bool: (Kind.BOOLEAN, forms.BooleanField),
    Decimal: (Kind.DECIMAL, forms.DecimalField),
    date: (Kind.DATE, forms.DateField),
    datetime: (Kind.DATETIME, forms.DateTimeField),
}

Function = Callable[..., None]


@dataclass(frozen=True)
class Param:
    """Something that an action asks for."""

    name: str
    label: Any
    kind: Kind
    required: bool
    default: Any

    @property
    def key(self) -> str:
        """The word under which it is given."""
        return self.name


@dataclass(frozen=True)
class Action:
    """An act on one record of an entity."""

    model: type[Record]
    name: str  #: the word in URLs: "win"
    event: str  #: what it is called once done: "deal.won"
    label: Any
    icon: str
    function: Function
    params: tuple[Param, ...]
    #: Values of fields under which the button is shown; the function has the last word.
    when: Mapping[str, tuple[str, ...]] = dataclass_field(default_factory=dict)

    def fits(self, row: Mapping[str, Any]) -> bool:
        """Whether the button makes sense for a record of these values."""
        return all(row.get(name) in values for name, values in self.when.items())


_actions: dict[type[Record], dict[str, Action]] = {}


def action(
    model: type[Record],
    *,
    name: str,
    event: str,
    label: Any,
    icon: str = "play",
    when: Mapping[str, tuple[str, ...]] | None = None,
    asks: Mapping[str, Any] | None = None,
) -> Callable[[Function], Function]:
    """Declare the function as an act on a record of the model; `asks` labels what it takes."""

    def declare(function: Function) -> Function:
        params = params_of(function, asks or {})
        made = Action(model, name, event, label, icon, function, params, when or {})
        _actions.setdefault(model, {})[name] = made
        return function

    return declare


def params_of(function: Function, labels: Mapping[str, Any]) -> tuple[Param, ...]:
    """The keyword parameters of the function, beside the actor. KeyError: one has no label."""
    hints = get_type_hints(function)
    found = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.name != "actor":
            required = parameter.default is parameter.empty
            kind = KINDS[bare(hints[parameter.name])][0]
            default = None if required else parameter.default
            label = labels[parameter.name]
            found.append(Param(parameter.name, label, kind, required, default))
    return tuple(found)


def bare(hint: Any) -> Any:
    """The type without `| None`."""
    return next((arg for arg in get_args(hint) if arg is not type(None)), hint)


def of(entity: Entity) -> list[Action]:
    """The actions of an entity, in the order of their declaration."""
    return list(_actions.get(entity.model, {}).values())


def get(entity: Entity, name: str) -> Action | None:
    """The entity's action of this name."""
    return _actions.get(entity.model, {}).get(name)


def run(
    entity: Entity,
    one: Action,
    pk: int,
    values: dict[str, Any],
    *,
    actor: Actor,
    version: int | None = None,
) -> Any:
    """Do it, in one transaction. Raises NotVisible, Forbidden, Stale, Invalid, Refused."""
    with writing.atomic(), events.named(entity, one.event):
        row = entity.queryset(actor).filter(pk=pk).select_for_update(of=("self",)).first()
        if row is None:
            raise NotVisible
        if not owner_in_reach(actor, Verb.CHANGE, entity, row.owner_id):
            raise Forbidden
        if version is not None and version != row.version:
            raise Stale(row)
        one.function(row, actor=actor, **parse(one, values))
    return entity.queryset(actor).filter(pk=pk).first()


def parse(one: Action, values: dict[str, Any]) -> dict[str, Any]:
    """The parameters' values. Raises Invalid, naming each."""
    errors: dict[str, list[str]] = {}
    known = {param.name for param in one.params}
    for name in values.keys() - known:
        errors[name] = [_("There is no such field.")]
    parsed = {}
    for param in one.params:
        raw = values.get(param.name)
        if raw in (None, "") and not param.required:
            parsed[param.name] = param.default
            continue
        try:
            parsed[param.name] = to_param(param, raw)
        except ValidationError as error:
            errors[param.name] = [str(message) for message in error.messages]
    if errors:
        raise Invalid(errors)
    return parsed


def to_param(param: Param, raw: Any) -> Any:
    """One value, parsed by the form field of its kind. Raises ValidationError."""
    if isinstance(raw, (list, dict)):
        raise ValidationError(_("Enter a single value."))
    if param.kind is Kind.TEXT:
        return forms.CharField(required=param.required, max_length=200).clean(raw)
    maker = next(field for kind, field in KINDS.values() if kind is param.kind)
    return maker(required=param.required).clean(raw)
