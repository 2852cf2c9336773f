"""Whose data this code may touch: the one place that knows.

The scope is a context variable. It is empty at the start, so that a forgotten
workspace is an error and never somebody else's data.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum


class NoTenant(Exception):
    """Something asked for a workspace's data while no workspace was set."""


class TenantSwitch(Exception):
    """A second workspace spoke in a transaction that belongs to another one."""


class WrongCell(Exception):
    """A statement for a workspace was sent to a database that does not hold it."""


@dataclass(frozen=True, slots=True)
class Ref:
    """Where one workspace lives: enough to reach it, nothing that changes often."""

    id: int
    schema: str
    #: The alias of the database that holds it (`router.alias_of` knows the cell's name).
    cell: str
    role: str | None
    subdomain: str
    #: The search path when it is not the usual one (migrating, the job tables).
    path: tuple[str, ...] = ()
    #: Whether it is the operators' own, where the console is.
    is_operator: bool = False

    @property
    def search_path(self) -> tuple[str, ...]:
        """The schemas that a statement may see, in order."""
        return self.path or (self.schema, "jobs", "ext")


@dataclass(frozen=True, slots=True)
class Origin:
    """Who is acting and by which request, for the audit trail."""

    actor_id: int | None = None
    request_id: str = ""


class Plane(Enum):
    """The scope of pages that belong to no workspace."""

    CONTROL = "control"


NOBODY = Origin()
_scope: ContextVar[Ref | Plane | None] = ContextVar("scope", default=None)
_origin: ContextVar[Origin] = ContextVar("origin", default=NOBODY)


def current() -> Ref:
    """The workspace of the running code; raises NoTenant outside of one."""
    scope = _scope.get()
    if isinstance(scope, Ref):
        return scope
    raise NoTenant("no workspace is set" if scope is None else "this is the control plane")


def current_or_none() -> Ref | None:
    """The workspace of the running code, for log lines and pages that work in both planes."""
    scope = _scope.get()
    return scope if isinstance(scope, Ref) else None


def scope_name() -> str:
    """The name under which caches, locks and files of this scope are kept; raises NoTenant."""
    scope = _scope.get()
    if scope is None:
        raise NoTenant("no workspace is set, nor the control plane")
    return scope.schema if isinstance(scope, Ref) else scope.value


def in_control() -> bool:
    """Whether the running code declared itself to belong to no workspace."""
    return _scope.get() is Plane.CONTROL


def origin() -> Origin:
    """Who acts, and in which request."""
    return _origin.get()


@contextmanager
def use_tenant(ref: Ref) -> Iterator[Ref]:
    """Run the block as the workspace ``ref``; an actor of another workspace does not come along."""
    outer, who = _scope.get(), _origin.get()
    stays = isinstance(outer, Ref) and outer.schema == ref.schema
    scope = _scope.set(ref)
    token = _origin.set(who if stays else Origin(request_id=who.request_id))
    try:
        yield ref
    finally:
        _origin.reset(token)
        _scope.reset(scope)


@contextmanager
def use_control() -> Iterator[None]:
    """Run the block in the control plane: public pages, provisioning, the fleet."""
    token = _scope.set(Plane.CONTROL)
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def bind_actor(actor_id: int | None, request_id: str = "") -> Iterator[None]:
    """Name the person (and request) that the audit trail holds responsible for the block."""
    token = _origin.set(Origin(actor_id, request_id or _origin.get().request_id))
    try:
        yield
    finally:
        _origin.reset(token)
