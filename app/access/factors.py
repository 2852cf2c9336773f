"""Second factors: sealed secrets, codes that work once, and what follows from a change."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import router, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from app.access.actors import Actor
from app.access.jobs import tell_of_sign_in
from app.access.models import Role, User, Workspace
from app.access.rights import looks_after
from app.access.signed_in import end_sessions
from app.lib.sealing import Unreadable, seal, unseal
from tenants.audit import name_event

#: The kinds that a sign-in is asked for; recovery codes only stand in for them.
MAIN = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
_PURPOSE = "second factor"


class FactorAdapter(DefaultMFAAdapter):
    """How allauth keeps and names second factors in a workspace."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("This code is not right, or it was used already."),
        "cannot_delete_authenticator": gettext_lazy(
            "Your workspace requires a second factor: set up another one first."
        ),
        "cannot_generate_recovery_codes": gettext_lazy(
            "Recovery codes stand in for a second factor: set one up first."
        ),
    }

    def encrypt(self, text: str) -> str:
        """What is kept of a secret."""
        return seal(text, purpose=_PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; in place of one whose key is gone a random one, which fits no code."""
        try:
            return unseal(encrypted_text, purpose=_PURPOSE)
        except Unreadable:
            return str(generate_totp_secret())

    def get_totp_issuer(self) -> str:
        """The name that stands beside the code in the person's app."""
        return f"Clientele {Workspace.objects.get().name}"

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whoever must have a second factor keeps one."""
        if authenticator.type not in MAIN or not factor_required():
            return True
        return bool(factors_of(authenticator.user).exclude(pk=authenticator.pk).exists())

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """A name for a passkey that was given none."""
        return _("Passkey %(number)s") % {"number": factors_of(user).count() + 1}


def factors_of(user: User) -> Any:
    """The second factors of a person, without the recovery codes."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=MAIN).order_by("id")


def factor_required() -> bool:
    """Whether everybody here must have a second factor."""
    return Workspace.objects.values_list("second_factor_required", flat=True).get()


def require_factor(*, required: bool, by: Actor) -> None:
    """Ask everybody for a second factor, or no longer; the owner must have one himself."""
    if by.role != Role.OWNER:
        raise PermissionDenied
    if required and not factors_of(User(pk=by.user_id)).exists():
        raise ValidationError(
            {"second_factor_required": _("Set up a second factor for yourself first.")}
        )
    with transaction.atomic(using=router.db_for_write(Workspace)):
        state = "required" if required else "optional"
        name_event(f"workspace.second_factor_{state}")
        Workspace.objects.update(second_factor_required=required)


def reset_factors(user: User, *, by: Actor) -> None:
    """Take a colleague's second factors away, so that he signs in and sets up new ones.

    His sessions end. An owner's are reset by an owner only, nobody's by himself.
    """
    if not looks_after(by, user.role) or user.pk == by.user_id:
        raise PermissionDenied
    with transaction.atomic(using=router.db_for_write(User)):
        name_event("person.second_factors_reset")
        Authenticator.objects.filter(user_id=user.pk).delete()
        note_change(user)
        end_sessions(user)
        tell_of_sign_in.defer(user_id=user.pk, what="reset")


def note_change(user: User) -> None:
    """Leave a trace of a changed second factor, without any secret."""
    User.objects.filter(pk=user.pk).update(factors_changed_at=timezone.now())


def count_as_shown(request: HttpRequest, user: User, factor: Authenticator) -> None:
    """Who has just set a factor up has shown it in this session; his other sessions have not."""
    record_authentication(request, user, "mfa", id=factor.pk, type=factor.type)


def _mark(user_id: int, code: str) -> str:
    return f"used-code:{user_id}:{normalize_user_code(code)}"


class _OnceMixin:
    """allauth remembers a used code for one period; with tolerance it is valid for three."""

    user: User
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        """The code, if it is right and was not used before."""
        mark = _mark(self.user.pk, self.cleaned_data["code"])
        if cache.get(mark):
            check_rate_limit(self.user)
            raise FactorAdapter().validation_error("incorrect_code")
        code: str = super().clean_code()  # type: ignore[misc]
        factor = getattr(self, "authenticator", None)
        of_app = factor is None or factor.type == Authenticator.Type.TOTP
        if of_app and not cache.add(mark, 1, _valid_seconds()):
            raise FactorAdapter().validation_error("incorrect_code")
        return code


def _valid_seconds() -> int:
    """How long a code could be taken, from before its period to after it."""
    return int(app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 2))


class CodeForm(_OnceMixin, AuthenticateForm):
    """The second step of signing in: a code of the app, or a recovery code."""


class CodeAgainForm(_OnceMixin, ReauthenticateForm):
    """A code before something that matters."""


class FirstCodeForm(_OnceMixin, ActivateTOTPForm):
    """The first code of a new app."""
