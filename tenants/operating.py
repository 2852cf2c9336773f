"""What operators see of the fleet and what they did: written to the control plane.

A workspace's own tables stay its own: it pushes what is counted here, nothing is joined.
"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class WorkspaceFacts(models.Model):
    """How large and how alive a workspace is, as it counted itself last."""

    tenant = models.OneToOneField(
        "tenants.Tenant", on_delete=models.CASCADE, related_name="facts", primary_key=True
    )
    counted_at = models.DateTimeField()
    #: Active people with a seat, and invitations that hold one.
    people = models.PositiveIntegerField(default=0)
    invitations = models.PositiveIntegerField(default=0)
    records = models.PositiveBigIntegerField(default=0)
    #: Some tables were so large that the database's own estimate was taken.
    is_estimate = models.BooleanField(default=False)
    #: Bytes of files, all versions.
    file_bytes = models.PositiveBigIntegerField(default=0)
    last_activity_at = models.DateTimeField(null=True, blank=True)
    #: One entry a day, the oldest first: day, people, records, bytes.
    history = models.JSONField(default=list)

    class Meta:
        indexes = [
            models.Index(fields=["-last_activity_at"], name="facts_by_activity"),
            models.Index(fields=["-file_bytes"], name="facts_by_size"),
        ]

    def __str__(self) -> str:
        return f"of {self.pk}"


class FailedJob(models.Model):
    """A job that gave up, as a worker of its cell reported it; no arguments, no texts of it."""

    cell = models.SlugField(max_length=40)
    number = models.BigIntegerField()
    task = models.CharField(max_length=200)
    schema_name = models.CharField(max_length=63, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    #: The exception's type; its words may be a customer's.
    error = models.CharField(max_length=200, blank=True)
    failed_at = models.DateTimeField()
    #: An operator wants it tried again; a worker of the cell does it.
    retry_asked_at = models.DateTimeField(null=True, blank=True)
    retry_asked_by = models.CharField(max_length=200, blank=True)
    #: It was put back into the queue, or is there no more.
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cell", "number"], name="failed_job_once"),
        ]
        indexes = [
            models.Index(
                fields=["-failed_at"],
                condition=models.Q(gone_at=None),
                name="failed_jobs_now",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.number}"


class Beat(models.Model):
    """A process of the fleet says that it lives."""

    #: What it is (worker, provisioner, biller) and which one of them.
    kind = models.CharField(max_length=20)
    instance = models.CharField(max_length=100)
    #: Whose workspaces it serves; empty from a release that did not say.
    cell = models.SlugField(max_length=40, db_index=False, db_default="", blank=True)
    started_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "instance"], name="beat_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.instance}"


class OperatorAct(models.Model):
    """Something that an operator did, and why; only ever added to."""

    at = models.DateTimeField(db_default=Now(), editable=False)
    tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.SET_NULL, null=True, blank=True, related_name="acts"
    )
    #: As it was called then; the workspace may be gone.
    company = models.CharField(max_length=200, blank=True)
    what = models.CharField(max_length=60)
    reason = models.TextField(blank=True)
    facts = models.JSONField(default=dict)
    #: The person's number in the operators' workspace, and the name as it was then.
    by_number = models.BigIntegerField(null=True)
    by = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["tenant", "-at"], name="acts_on_a_workspace")]

    def __str__(self) -> str:
        return f"{self.what} by {self.by}"


class SupportAccess(models.Model):
    """An operator asks to see a workspace; its owner or an administrator grants or refuses."""

    class Mode(models.TextChoices):
        """What was granted."""

        LOOKING = "looking"
        CHANGING = "changing"

    tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.CASCADE, related_name="support_accesses"
    )
    operator_number = models.BigIntegerField()
    operator_name = models.CharField(max_length=150)
    operator_email = models.EmailField()
    reason = models.CharField(max_length=500)
    hours_wished = models.PositiveSmallIntegerField()
    wants_to_change = models.BooleanField(default=False)
    asked_at = models.DateTimeField(db_default=Now())
    #: Who decided, by his name in the workspace.
    decided_by = models.CharField(max_length=200, blank=True)
    decided_by_number = models.BigIntegerField(null=True, blank=True)
    granted_at = models.DateTimeField(null=True, blank=True)
    mode = models.CharField(max_length=10, choices=Mode.choices, blank=True)
    until = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=200, blank=True)
    entered_at = models.DateTimeField(null=True, blank=True)
    #: The person's number in the workspace, once he came in.
    user_number = models.BigIntegerField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["tenant", "-asked_at"], name="support_of_a_workspace")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(granted_at=None) | models.Q(until__isnull=False),
                name="support_granted_has_an_end",
            ),
            models.CheckConstraint(
                condition=models.Q(granted_at=None) | models.Q(refused_at=None),
                name="support_granted_or_refused",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operator_name} at {self.tenant_id}"


class SupportPass(models.Model):
    """A single-use token by which an operator enters a workspace that let him in."""

    token_hash = models.CharField(max_length=64, unique=True)
    access = models.ForeignKey(SupportAccess, on_delete=models.CASCADE, related_name="passes")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"for {self.access_id}"
