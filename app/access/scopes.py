"""How far a right reaches, and what a workspace may choose of it for each role."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class Verb(StrEnum):
    """What somebody wants to do with a record."""

    VIEW = "view"
    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"
    IMPORT = "import"
    EXPORT = "export"
    ASSIGN = "assign"


class Scope(IntEnum):
    """Whose rows a verb reaches; each scope holds all that the narrower ones hold."""

    NONE = 0
    OWN = 1  #: one's own
    UNDER = 2  #: and those of everybody under one in the tree of managers
    TEAM = 3  #: and those of one's team
    BRANCH = 4  #: and those of all teams of one's branch and the branches below it
    ALL = 5

    @property
    def word(self) -> str:
        """How the scope is called where it is kept."""
        return self.name.lower()


class Group(StrEnum):
    """Verbs whose reach is chosen together."""

    VIEW = "view"
    CHANGE = "change"
    DELETE = "delete"
    EXPORT = "export"
    ASSIGN = "assign"


Reach = dict[Group, Scope]

VERBS: dict[Group, tuple[Verb, ...]] = {
    Group.VIEW: (Verb.VIEW,),
    Group.CHANGE: (Verb.CREATE, Verb.CHANGE),
    Group.DELETE: (Verb.DELETE,),
    Group.EXPORT: (Verb.EXPORT,),
    Group.ASSIGN: (Verb.ASSIGN, Verb.IMPORT),
}

#: What holds until somebody chooses otherwise. Owner and administrator always reach all.
DEFAULTS: dict[str, Reach] = {
    "manager": dict.fromkeys(Group, Scope.TEAM),
    "sales": {
        Group.VIEW: Scope.TEAM,
        Group.CHANGE: Scope.OWN,
        Group.DELETE: Scope.OWN,
        Group.EXPORT: Scope.OWN,
        Group.ASSIGN: Scope.NONE,
    },
    "read-only": dict.fromkeys(Group, Scope.NONE) | {Group.VIEW: Scope.TEAM},
}
#: The groups that can be chosen for a role: whoever only reads never writes.
CHOOSABLE: dict[str, tuple[Group, ...]] = {
    "manager": tuple(Group),
    "sales": tuple(Group),
    "read-only": (Group.VIEW, Group.EXPORT),
}
EVERYTHING: Mapping[Verb, Scope] = dict.fromkeys(Verb, Scope.ALL)
_WORDS = {scope.word: scope for scope in Scope}


def to_words(reach: Reach) -> dict[str, str]:
    """The choice for a role as it is kept."""
    return {group.value: scope.word for group, scope in reach.items()}


#: The defaults as the statement that loads a person takes them.
DEFAULTS_JSON = json.dumps({role: to_words(reach) for role, reach in DEFAULTS.items()})


def by_verb(chosen: Mapping[str, Any] | None) -> Mapping[Verb, Scope]:
    """The reach of each verb, from the words kept for a role; None stands for everything.

    What nobody knows reaches nothing, and nothing reaches further than what is seen.
    """
    if chosen is None:
        return EVERYTHING
    most = _scope(chosen.get(Group.VIEW))
    return {
        verb: min(_scope(chosen.get(group)), most)
        for group, verbs in VERBS.items()
        for verb in verbs
    }


def reach_of(kept: Mapping[str, Any], role: str) -> Reach:
    """What is chosen for a role, the default where nothing is."""
    chosen = kept.get(role, {})
    return {
        group: _scope(chosen[group]) if group in chosen else scope
        for group, scope in DEFAULTS[role].items()
    }


def _scope(word: object) -> Scope:
    return _WORDS.get(word, Scope.NONE) if isinstance(word, str) else Scope.NONE


def check(role: str, reach: Reach) -> None:
    """Refuse a choice that lets somebody do what he cannot see. Raises ValidationError."""
    errors: dict[str, str] = {}
    for group, scope in reach.items():
        if group not in CHOOSABLE[role] and scope is not Scope.NONE:
            errors[group] = _("Whoever only reads changes nothing.")
        elif scope > reach[Group.VIEW]:
            errors[group] = _("This reaches further than what the role sees.")
    if reach[Group.VIEW] is Scope.NONE:
        errors[Group.VIEW] = _("Everybody sees at least the own records.")
    if errors:
        raise ValidationError({str(key): text for key, text in errors.items()})
