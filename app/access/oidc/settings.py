"""The provider's row: kept by administrators, trusted with owners by owners only."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import router, transaction
from django.utils.translation import gettext as _

from app.access.actors import Actor
from app.access.models import IdentityProvider, Role
from app.access.oidc.adapter import PURPOSE
from app.access.oidc.discovery import Unsuitable, discover, is_address
from app.access.plan import Feature, need
from app.lib.sealing import seal
from tenants.audit import name_event


def save_provider(row: IdentityProvider, *, by: Actor, secret: str) -> None:
    """Keep the provider; one that is switched on must answer. Raises ValidationError.

    A new secret is sealed, an empty one keeps the present one of the same provider.
    """
    if not by.administers:
        raise PermissionDenied
    before = IdentityProvider.objects.first()
    moved = before is None or before.issuer != row.issuer
    row.secret = _sealed(secret, before=None if moved else before)
    row.for_owners = by.role == Role.OWNER or (
        not moved and before is not None and before.for_owners
    )
    _check(row)
    if row.is_on and not (before and before.is_on):
        _need_plan()
    row.full_clean(exclude=["issuer", "secret"])
    with transaction.atomic(using=router.db_for_write(IdentityProvider)):
        name_event("workspace.provider_changed")
        row.save()


def _need_plan() -> None:
    """What is on goes on after a smaller plan; only switching on anew needs the larger one."""
    try:
        need(Feature.SINGLE_SIGN_ON)
    except ValidationError as error:
        raise ValidationError({"is_on": error.messages}) from None


def _sealed(secret: str, *, before: IdentityProvider | None) -> str:
    """A secret goes to no other provider than the one that it was entered for."""
    if secret:
        return seal(secret, purpose=PURPOSE)
    return before.secret if before else ""


def check_issuer(issuer: str) -> None:
    """Raise ValidationError unless this can be the address of a provider."""
    if not is_address(issuer) or "?" in issuer or "#" in issuer:
        raise ValidationError(_("Enter an address that begins with https://."))


def _check(row: IdentityProvider) -> None:
    try:
        check_issuer(row.issuer)
    except ValidationError as error:
        raise ValidationError({"issuer": error.messages}) from None
    if row.only_way and not row.is_on:
        raise ValidationError({"only_way": _("Switch the provider on first.")})
    if row.is_on:
        try:
            discover(row.issuer)
        except Unsuitable as error:
            raise ValidationError({"issuer": str(error)}) from None


def remove_provider(*, by: Actor) -> None:
    """Forget the provider; who is linked stays linked, should it come back."""
    if not by.administers:
        raise PermissionDenied
    with transaction.atomic(using=router.db_for_write(IdentityProvider)):
        name_event("workspace.provider_removed")
        IdentityProvider.objects.all().delete()
