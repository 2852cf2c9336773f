"""The directory follows the people: whoever comes is in it, under the name of his account."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import F

from app.access.actors import Actor, actor_of_system
from app.access.listeners import Happening
from app.access.models import Role, User
from app.office.employees import ACCOUNT, Employee
from app.records import changes
from app.records.models import LIVE
from app.records.purging import purge_many
from app.records.registry import of_model


def follow(user: User, happening: Happening, by: Actor | None) -> None:
    """Called whenever something happens to a person."""
    if happening is Happening.ADDED:
        enter(user, by=by)
    elif happening is Happening.RENAMED:
        rename(user, by=by)
    elif happening is Happening.REMOVED:
        strike(user, by=by)


def enter(user: User, *, by: Actor | None) -> None:
    """Give the person his row: the only one of his name that is nobody's yet, or a new one."""
    rows = Employee._default_manager.filter(LIVE)
    if rows.filter(person=user).exists():
        return
    same = rows.filter(person=None, sort_key=user.sort_key, name__iexact=user.name)
    namesakes = list(same.values_list("pk", flat=True)[:2])
    if len(namesakes) == 1:
        pk = namesakes[0]
        rename_row(pk, user.name, actor=keeper(user, by))
    else:
        values = {"name": user.name, "owner_id": None}
        pk = changes.create(of_model(Employee), values, actor=keeper(user, by), origin=ACCOUNT).pk
    Employee._default_manager.filter(pk=pk).update(person=user, version=F("version") + 1)


def rename(user: User, *, by: Actor | None) -> None:
    """Call the person's row as he is called."""
    pk = Employee._default_manager.filter(LIVE, person=user).values_list("pk", flat=True).first()
    if pk is not None:
        rename_row(pk, user.name, actor=keeper(user, by))


def rename_row(pk: int, name: str, *, actor: Actor) -> None:
    """Write another name."""
    changes.update(
        of_model(Employee), pk, {"name": name}, actor=actor, version=None, origin=ACCOUNT
    )


def strike(user: User, *, by: Actor | None) -> None:
    """Take out the rows of somebody who is deleted for good; what is in use stays, unlinked."""
    rows = Employee._default_manager.filter(person=user)
    found = list(rows.values_list("pk", flat=True))
    rows.update(person=None, version=F("version") + 1)
    kept = Employee._default_manager.filter(LIVE, pk__in=found).values_list("pk", "version")
    purge_many(of_model(Employee), list(kept), actor=keeper(user, by), origin=ACCOUNT)


def keeper(user: User, by: Actor | None) -> Actor:
    """Who acts, with the right to keep the directory: it follows whatever he may do else."""
    return replace(by or actor_of_system(user), role=Role.ADMINISTRATOR)
