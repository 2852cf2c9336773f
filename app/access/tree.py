"""Who stands above whom: people under managers, branches under the head office; never a circle."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import connections, router, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from app.access.models import Branch, Limits, User

_ABOVE = """
    WITH RECURSIVE above(id) AS (
        SELECT %s::bigint UNION
        SELECT r.{column} FROM {table} r JOIN above ON r.id = above.id WHERE r.{column} IS NOT NULL
    ) SELECT EXISTS (SELECT 1 FROM above WHERE id = %s)
"""


def alias() -> str:
    """Where the people of this workspace are kept."""
    return router.db_for_write(User)


def hold() -> Limits:
    """Lock what governs people, inside a transaction: seats, the last owner, the two trees."""
    return Limits.objects.select_for_update().get()


def place_under(user: User, manager: User | None) -> None:
    """Give somebody another manager. Raises ValidationError that names the field."""
    with transaction.atomic(using=alias()):
        hold()
        kept = User.objects.values_list("manager_id", flat=True).get(pk=user.pk)
        if manager is not None and manager.pk != kept:
            _check_manager(user, manager)
        user.manager = manager
        user.save(update_fields=["manager"])


def _check_manager(user: User, manager: User) -> None:
    if not User.objects.filter(pk=manager.pk, is_active=True).exists():
        raise ValidationError({"manager": _("%(name)s has left.") % {"name": manager.name}})
    if is_above(user, manager):
        names = {"manager": manager.name, "name": user.name}
        text = _("%(manager)s cannot lead %(name)s: this would make a circle.")
        raise ValidationError({"manager": text % names})


def put_in(branch: Branch, parent: Branch | None) -> None:
    """Let a branch belong to another one. Raises ValidationError that names the field."""
    with transaction.atomic(using=alias()):
        hold()
        if parent is not None and is_above(branch, parent):
            names = {"parent": parent.name, "name": branch.name}
            text = _("%(name)s cannot belong to %(parent)s: this would make a circle.")
            raise ValidationError({"parent": text % names})
        branch.parent = parent
        branch.save(update_fields=["parent"])


def is_above(one: Model, other: Model) -> bool:
    """Whether `one` stands above `other` in its tree, or is the same."""
    column = "manager_id" if isinstance(one, User) else "parent_id"
    sql = _ABOVE.format(column=column, table=one._meta.db_table)
    with connections[alias()].cursor() as cursor:
        cursor.execute(sql, [other.pk, one.pk])
        return bool(cursor.fetchone()[0])
