"""Who works in a workspace: people, teams, the workspace's own settings, API tokens."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from app.access.looks import Accent, Picture
from app.lib.text import SORT_KEY_LENGTH, normal_email, sort_key
from billing import standing

__all__ = [
    "ApiToken",
    "Branch",
    "Currency",
    "Language",
    "Limits",
    "Picture",
    "Role",
    "Team",
    "User",
    "Workspace",
]


class Role(models.TextChoices):
    """What a person may do; the matrix of rights is in `rights.py`."""

    OWNER = "owner", pgettext_lazy("role", "Owner")
    ADMINISTRATOR = "administrator", _("Administrator")
    MANAGER = "manager", _("Manager")
    SALES = "sales", pgettext_lazy("role", "Sales")
    READ_ONLY = "read-only", _("Read only")


class Language(models.TextChoices):
    """The languages of the product's pages."""

    ENGLISH = "en", "English"
    CHINESE = "zh-hans", "简体中文"


class Branch(models.Model):
    """A place or an arm of the company: the head office, and regional offices below it."""

    name = models.CharField(_("name"), max_length=100)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("belongs to"),
    )

    class Meta:
        ordering = ("name",)
        verbose_name = _("branch")
        constraints = (
            models.UniqueConstraint(
                Lower("name"),
                name="access_branch_name",
                violation_error_message=_("There is a branch of this name already."),
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")), name="access_branch_not_in_itself"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """People who see each other's records."""

    name = models.CharField(_("name"), max_length=100)
    branch = models.ForeignKey(
        Branch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="teams",
        verbose_name=_("branch"),
    )

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                Lower("name"),
                name="access_team_name",
                violation_error_message=_("There is a team of this name already."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """The people of the company; whoever is only let in to help is none of them.

    So no list, no picker, no count and no seat can show one by mistake: code that means them too
    says `User.everyone`.
    """

    def get_queryset(self) -> models.QuerySet[User]:
        """Without support."""
        found: models.QuerySet[User] = super().get_queryset().filter(support_number=None)
        return found

    def get_by_natural_key(self, username: str | None) -> User:
        """The person who signs in with this address."""
        return self.get(email=normal_email(username or ""))

    def create_user(self, email: str | None, password: str | None = None, **values: Any) -> User:
        """A person; without an e-mail address a seatless one."""
        values.setdefault("has_seat", email is not None)
        user = self.model(email=email, **values)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person of the workspace; without a seat he owns records but cannot sign in."""

    email = models.EmailField(_("e-mail address"), null=True, blank=True, unique=True)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=150)
    sort_key = models.CharField(
        max_length=SORT_KEY_LENGTH, editable=False, db_collation="C", db_index=True
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.SALES)
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="members", verbose_name=_("team")
    )
    #: Written by `tree.py` alone, which sees to it that nobody comes to stand above himself.
    manager = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=pgettext_lazy("of a person", "manager"),
    )
    has_seat = models.BooleanField(_("has a seat"), default=True)
    is_active = models.BooleanField(_("active"), default=True)
    language = models.CharField(
        _("language"), max_length=10, choices=Language.choices, blank=True, default=""
    )
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True, default="")
    external_id = models.CharField(_("external ID"), max_length=200, blank=True, default="")
    #: When a second factor was last added, removed or reset: the trace of it in the trail.
    factors_changed_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: When an administrator last ended sessions of his.
    sessions_ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: Digest of his picture; empty where there is none.
    picture = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)
    #: Of somebody whom the company let in to help: his number among the operators. He has no seat
    #: and no password; until when, and whether he may change anything, is the company's word.
    support_number = models.BigIntegerField(null=True, blank=True, unique=True, editable=False)
    support_until = models.DateTimeField(null=True, blank=True, editable=False)
    support_looks = models.BooleanField(default=True, db_default=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()
    everyone: ClassVar[models.Manager[User]] = models.Manager()

    class Meta:
        ordering = ("sort_key", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(support_number=None)
                | Q(has_seat=False, email=None, support_until__isnull=False),
                name="access_user_support_has_no_seat",
            ),
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="access_user_external_id"
            ),
            models.CheckConstraint(
                condition=Q(has_seat=False) | Q(email__isnull=False),
                name="access_user_seat_needs_email",
                violation_error_message=_("Somebody with a seat needs an e-mail address."),
            ),
            models.CheckConstraint(
                condition=Q(manager=None) | ~Q(manager=F("id")), name="access_user_not_own_manager"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Store the address as it is compared; no address is null, never empty."""
        self.email = normal_email(self.email) if self.email else None

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the address lower-cased and the sort key in step with the name.

        Who saves a person whom he read a while ago must not bring back a former manager.
        """
        self.clean()
        self.sort_key = sort_key(self.name)
        if not self._state.adding and kwargs.get("update_fields") is None:
            fields = (field for field in self._meta.concrete_fields if not field.primary_key)
            kwargs["update_fields"] = [field.name for field in fields if field.name != "manager"]
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        """The name as it is shown."""
        return self.name

    @property
    def can_sign_in(self) -> bool:
        """Only active people with a seat get in."""
        return self.is_active and self.has_seat


class Workspace(models.Model):
    """The one row of settings that holds for everybody here."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(
        _("language"), max_length=10, choices=Language.choices, default=Language.ENGLISH
    )
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    base_currency = models.CharField(_("base currency"), max_length=3, default="USD")
    accent = models.CharField(
        _("colour"),
        max_length=10,
        choices=Accent.choices,
        default=Accent.INDIGO,
        db_default="indigo",
    )
    #: Digest of the logo; empty where there is none.
    logo = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)
    email_verified_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: How far each role reaches, where that was chosen; read and checked by `scopes.py`.
    scopes = models.JSONField(
        default=dict, db_default=Value({}, models.JSONField()), editable=False
    )
    second_factor_required = models.BooleanField(
        _("second factor required"), default=False, db_default=False
    )

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="access_workspace_single"),)

    def __str__(self) -> str:
        return self.name


class Limits(models.Model):
    """What the plan allows; written by billing, locked by whoever takes a seat."""

    State = standing.State
    #: Nobody may sign in.
    SHUT = (State.SUSPENDED, State.CLOSED)
    #: People may join and work.
    WORKING = (State.TRIAL, State.ACTIVE, State.GRACE)

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    plan = models.CharField(_("plan"), max_length=30)
    seats = models.PositiveIntegerField(_("seats"), null=True, blank=True)
    #: Bytes that files may take; none is no limit.
    storage_bytes = models.BigIntegerField(_("room for files"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.ACTIVE)
    #: When the state ends by itself, as far as it does.
    until = models.DateTimeField(null=True, blank=True)
    #: Why it stands so, in a word of billing.
    cause = models.CharField(max_length=20, blank=True, default="", db_default="")
    #: Which mail was sent of which end, so that none is sent twice.
    told = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), editable=False)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="access_limits_single"),)

    def __str__(self) -> str:
        return self.plan


class IdentityProvider(models.Model):
    """The one OpenID Connect provider through which people may sign in here."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(_("name"), max_length=40)
    issuer = models.URLField(_("issuer"), max_length=200)
    client_id = models.CharField(_("client ID"), max_length=190)
    #: Sealed; never shown again.
    secret = models.TextField(editable=False, blank=True, default="")
    is_on = models.BooleanField(_("in use"), default=False)
    #: Nobody but owners may use a password or a passkey.
    only_way = models.BooleanField(_("only this way"), default=False)
    #: Ask for the second factor of the workspace too.
    asks_factor = models.BooleanField(_("ask for the second factor too"), default=False)
    #: Whether its word on an address may let in an owner: only when an owner set it up.
    for_owners = models.BooleanField(default=False, editable=False)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(id=1), name="access_identityprovider_single"),
        )

    def __str__(self) -> str:
        return self.name

    @classmethod
    def in_use(cls) -> IdentityProvider | None:
        """The provider, if people may sign in through it."""
        return cls.objects.filter(is_on=True).first()


class Currency(models.Model):
    """A currency in use and what one unit of it is worth in the base currency."""

    code = models.CharField(
        _("code"),
        max_length=3,
        unique=True,
        validators=[RegexValidator(r"\A[A-Z]{3}\Z", _("Three capital letters, as in EUR."))],
    )
    rate = models.DecimalField(
        _("rate to the base currency"),
        max_digits=20,
        decimal_places=10,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.0000000001"))],
    )
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(condition=Q(rate__gt=0), name="access_currency_rate_positive"),
        )

    def __str__(self) -> str:
        return self.code


class ApiToken(models.Model):
    """A key for programs that act as a person; only its hash is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=100)
    hash = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(max_length=12, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name


from app.access import invitations  # noqa: E402, F401 (Django looks for models here)
