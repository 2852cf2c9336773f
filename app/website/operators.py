"""The operators' own workspace, and who works in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from app.access.models import Role, User
from app.access.people import create_person
from app.access.tree import alias, hold
from app.lib.text import normal_email, squeeze
from app.website.signup import advance
from tenants.context import use_control, use_tenant
from tenants.models import Tenant
from tenants.provisioning import SubdomainTaken, open_workspace
from tenants.router import serves
from tenants.routing import ref_of

COMPANY = "Clientele"
MAY_ACT = (Role.OWNER, Role.ADMINISTRATOR)


class NotMade(Exception):
    """The operator cannot be made; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who is to run the fleet."""

    email: str
    password: str
    name: str


@dataclass(frozen=True, slots=True)
class Made:
    """The operators' workspace, and whether the person came just now."""

    tenant: Tenant
    is_new: bool


def add_operator(newcomer: Newcomer) -> Made:
    """Let somebody into the operators' workspace, which is made when it is missing.

    The first is its owner, all further ones administrators. Run again, or twice at once,
    nothing happens twice. Raises NotMade, ValidationError, signup.NotReady.
    """
    person = _checked(newcomer)
    tenant, founded = _workspace(person)
    if not serves(tenant.cell_id):
        raise NotMade(f"The operators work in the cell {tenant.cell_id!r}: make them there.")
    advance(tenant)
    with use_tenant(ref_of(tenant)):
        return Made(tenant, is_new=_joined(person) or founded)


def _checked(newcomer: Newcomer) -> Newcomer:
    email = normal_email(newcomer.email)
    name = squeeze(newcomer.name) or email.partition("@")[0]
    person = User(email=email, name=name)
    faults = {
        "email": _faults(partial(validate_email, email)),
        "password": _faults(partial(validate_password, newcomer.password, person)),
    }
    if any(faults.values()):
        raise ValidationError({field: said for field, said in faults.items() if said})
    return Newcomer(email, newcomer.password, name)


def _faults(check: Callable[[], None]) -> list[str]:
    try:
        check()
    except ValidationError as error:
        return list(error.messages)
    return []


def _workspace(founder: Newcomer) -> tuple[Tenant, bool]:
    """The operators' workspace, and whether it was made for this founder just now."""
    there = operators()
    if there is not None:
        return there, False
    try:
        return _opened(founder), True
    except SubdomainTaken:  # somebody was quicker, or it is a company's
        there = operators()
    if there is None:
        raise NotMade(
            f"The address {settings.OPERATORS_SUBDOMAIN!r} belongs to a company: "
            "set OPERATORS_SUBDOMAIN to another one."
        )
    return there, False


def operators() -> Tenant | None:
    """The operators' workspace, if there is one."""
    with use_control():
        found: Tenant | None = Tenant.objects.filter(is_operator=True).first()
    return found


def _opened(founder: Newcomer) -> Tenant:
    return open_workspace(
        company=COMPANY,
        subdomain=settings.OPERATORS_SUBDOMAIN,
        owner_email=founder.email,
        owner_password=make_password(founder.password),
        owner_name=founder.name,
        is_operator=True,
        signup={"verified": True},
    )


def _joined(person: Newcomer) -> bool:
    """Whether somebody came who was not there. Raises NotMade."""
    with transaction.atomic(using=alias()):
        hold()
        known = User.objects.filter(email=person.email).first()
        if known is None:
            role = Role.ADMINISTRATOR
            create_person(
                person.name, by=None, email=person.email, password=person.password, role=role
            )
            return True
    if not known.can_sign_in or known.role not in MAY_ACT:
        raise NotMade(
            f"{person.email} is in the operators' workspace and does not run it: "
            "an owner can change that in Settings > People."
        )
    return False
