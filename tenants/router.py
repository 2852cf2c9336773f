"""Which database a model lives in, and where its tables may be made."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from tenants.context import WrongCell, current, current_or_none, in_control

CONTROL = "control"
#: The database of the one cell that this process serves, whatever that cell is called.
CELL = "default"
OWNER = "_owner"

#: Installed for their code; their tables exist nowhere.
WITHOUT_TABLES = frozenset({"auth", "contenttypes"})
#: The tables of the job queue; they live in the schema ``jobs`` of each cell.
JOBS_APP = "procrastinate"


def control_apps() -> frozenset[str]:
    """The labels of the apps whose tables are in the control plane."""
    return frozenset(getattr(settings, "CONTROL_APPS", ("tenants", "billing")))


def own_cell() -> str:
    """The name of the cell that this process serves, as the control plane knows it."""
    return str(settings.CELL)


def serves(cell: str) -> bool:
    """Whether the workspaces of this cell are ours."""
    return cell == own_cell()


def alias_of(cell: str) -> str:
    """The alias of the cell's database; raises WrongCell for any but our own.

    A cell may be called like an alias of ours without being it: nothing else maps the two.
    """
    if not serves(cell):
        raise WrongCell(f"this process serves the cell {own_cell()!r}, not {cell!r}")
    return CELL


def owner_alias(alias: str) -> str:
    """The alias of the same database with its owner's credentials."""
    return alias + OWNER


class PlaneRouter:
    """Control apps live in ``control``; everything else in the cell of the current workspace."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        """The alias to read ``model`` from; raises NoTenant for a workspace's model without one."""
        return self._alias(model._meta.app_label)

    def db_for_write(self, model: Any, **hints: Any) -> str:
        """The alias to write ``model`` to; raises NoTenant for a workspace's model without one."""
        return self._alias(model._meta.app_label)

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        """No relation crosses the planes."""
        apps = control_apps()
        return (one._meta.app_label in apps) == (other._meta.app_label in apps)

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Whether ``app_label`` may make tables in ``db`` now."""
        is_control = db.removesuffix(OWNER) == CONTROL
        if app_label in WITHOUT_TABLES:
            return False
        if app_label in control_apps():
            return is_control
        if is_control:
            return False
        ref = current_or_none()
        if ref is None:
            return False
        return (app_label == JOBS_APP) == (ref.search_path == ("jobs",))

    def _alias(self, app_label: str) -> str:
        if app_label in control_apps() or (app_label == "django_cache" and in_control()):
            return CONTROL
        return current().cell
