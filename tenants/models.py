"""What the control plane knows of each company: where it lives and how it is."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Now
from django_tenants.models import DomainMixin, TenantMixin

from tenants.subdomains import validate_subdomain


class Cell(models.Model):
    """A database that holds the schemas of many workspaces, or of one large one."""

    alias = models.SlugField(max_length=40, primary_key=True)
    is_open = models.BooleanField(default=True, help_text="Takes new workspaces.")

    def __str__(self) -> str:
        return self.alias


class Tenant(TenantMixin):
    """A workspace: one company, one schema."""

    class Status(models.TextChoices):
        """How far a workspace is in its life."""

        PROVISIONING = "provisioning"
        ACTIVE = "active"
        SUSPENDED = "suspended"
        CLOSED = "closed"

    auto_create_schema = False

    company = models.CharField(max_length=200)
    subdomain = models.CharField(max_length=40, unique=True, validators=[validate_subdomain])
    status = models.CharField(max_length=20, choices=Status, default=Status.PROVISIONING)
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="+")
    plan = models.SlugField(max_length=40, blank=True)
    is_operator = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    #: Kept only until the workspace is active, so that a killed sign-up can be completed.
    owner_email = models.EmailField(blank=True)
    owner_password = models.CharField(max_length=200, blank=True)
    owner_name = models.CharField(max_length=200, blank=True)
    #: What the sign-up needs beside (language, time zone); emptied with the owner's fields.
    signup = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_operator"], condition=models.Q(is_operator=True), name="one_operators"
            ),
        ]

    def __str__(self) -> str:
        return self.company


class Domain(DomainMixin):
    """A host name (without port) under which a workspace answers."""

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the row; the stock method opens a transaction on the wrong plane."""
        models.Model.save(self, *args, **kwargs)


class ReadySchema(models.Model):
    """A schema made ahead of its workspace; its number names it for ever."""

    class State(models.TextChoices):
        """How far the schema is."""

        WANTED = "wanted"
        READY = "ready"

    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WANTED)
    tenant = models.OneToOneField(
        Tenant, on_delete=models.CASCADE, null=True, blank=True, related_name="ready"
    )
    migration_hash = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(tenant=None), name="ready_schema_unclaimed"
            ),
        ]

    def __str__(self) -> str:
        return self.schema_name

    @property
    def schema_name(self) -> str:
        """The name of the schema, opaque and never reused."""
        return f"t_{self.pk}"


class FleetState(models.Model):
    """How far one schema is behind the release, and what went wrong."""

    class Status(models.TextChoices):
        """The result of the last visit."""

        CURRENT = "current"
        RUNNING = "running"
        FAILED = "failed"

    schema_name = models.CharField(max_length=63, primary_key=True)
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="+")
    migration_hash = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.CURRENT)
    error = models.TextField(blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.schema_name


class Handoff(models.Model):
    """A single-use token that signs a new owner in at the workspace's own host."""

    token_hash = models.CharField(max_length=64, unique=True)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"to {self.tenant_id}"


class LoginHint(models.Model):
    """Somebody with this address (keyed hash) can sign in at this workspace."""

    email_hash = models.CharField(max_length=64, db_index=True)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["email_hash", "tenant"], name="login_hint_once"),
        ]

    def __str__(self) -> str:
        return f"at {self.tenant_id}"


class Removal(models.Model):
    """A workspace on its way out, and afterwards the certificate that nothing of it is left.

    It points at nothing, so that it outlives all that it names.
    """

    schema_name = models.CharField(max_length=63, primary_key=True)
    cell = models.SlugField(max_length=40)
    tenant_number = models.BigIntegerField(unique=True)
    subdomain = models.CharField(max_length=40)
    company = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    #: Where its files were said to be; a provisioner that knows of no bucket must not certify.
    bucket = models.CharField(max_length=63, blank=True)
    #: When the schema and its role were dropped, and what was counted so far.
    schema_dropped_at = models.DateTimeField(null=True)
    tables = models.PositiveIntegerField(default=0)
    jobs = models.PositiveIntegerField(default=0)
    #: Versions of objects and delete markers.
    objects_dropped = models.PositiveBigIntegerField(default=0)
    login_hints = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)
    certificate = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.subdomain} ({self.schema_name})"


class Notice(models.Model):
    """What the operators tell people: a word to all, a disturbance, planned work."""

    class Kind(models.TextChoices):
        """What it is about."""

        NOTICE = "notice"
        INCIDENT = "incident"
        MAINTENANCE = "maintenance"

    class Level(models.TextChoices):
        """How loud it is said."""

        INFO = "info"
        WARNING = "warning"
        ERROR = "error"

    kind = models.CharField(max_length=20, choices=Kind, default=Kind.NOTICE)
    level = models.CharField(max_length=10, choices=Level, default=Level.INFO)
    text = models.CharField(max_length=500)
    #: The same in Simplified Chinese; without it everybody reads the first.
    text_zh = models.CharField(max_length=500, blank=True)
    starts_at = models.DateTimeField(db_default=Now())
    #: Open until somebody ends it.
    ends_at = models.DateTimeField(null=True, blank=True)
    #: Whether the public status page says it too, not only the workspaces.
    is_public = models.BooleanField(default=False)
    #: The operator's name, as it was then: people of workspaces are not known here.
    created_by = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["-starts_at"], name="notice_newest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at=None) | models.Q(ends_at__gt=models.F("starts_at")),
                name="notice_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return self.text


from tenants.operating import (  # noqa: E402, F401 (Django looks for models here)
    Beat,
    FailedJob,
    OperatorAct,
    SupportAccess,
    SupportPass,
    WorkspaceFacts,
)
