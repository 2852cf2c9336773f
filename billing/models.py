"""What the control plane knows of each company's money. The payment provider decides; we mirror.

Amounts are whole minor units beside an upper-case currency code.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from billing.catalogue import Interval
from billing.standing import Suspension
from tenants.models import Tenant


class BillingAccount(models.Model):
    """The company as somebody who pays. It outlives the workspace: invoices are kept."""

    tenant = models.OneToOneField(
        Tenant, on_delete=models.SET_NULL, null=True, related_name="billing"
    )
    company = models.CharField(max_length=200)
    #: The customer at the provider, made when the company first wants to pay.
    customer = models.CharField(max_length=64, unique=True, null=True, blank=True)
    #: What the company picked when it signed up: offered first when it buys.
    wish = models.SlugField(max_length=40, blank=True)
    trial_ends_at = models.DateTimeField()
    #: Since when it goes on without paying.
    free_since = models.DateTimeField(null=True, blank=True)
    suspension = models.CharField(
        max_length=10, choices=Suspension.choices, blank=True, default=Suspension.NONE
    )
    suspension_reason = models.TextField(blank=True)
    #: The provider's page on which something may be bought now; there is never a second one.
    checkout = models.CharField(max_length=200, blank=True)
    #: Name, address, mail and tax id on invoices and the card's last digits, as the provider told.
    details = models.JSONField(default=dict, blank=True)
    #: A sentence for the operators; empty when all is well.
    needs_attention = models.TextField(blank=True)
    #: When the fetch began whose answer is mirrored; an older answer is refused.
    synced_at = models.DateTimeField(null=True, blank=True)
    #: What the workspace was told last, and when it must be told anew.
    pushed = models.JSONField(default=dict, blank=True)
    next_look_at = models.DateTimeField(null=True, blank=True, db_default=Now(), db_index=True)
    push_error = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return self.company


class Subscription(models.Model):
    """One subscription as the provider told it last. Never deleted."""

    account = models.ForeignKey(
        BillingAccount, on_delete=models.PROTECT, related_name="subscriptions"
    )
    stripe_id = models.CharField(max_length=64, unique=True)
    #: The one that decides; older ones are history.
    is_current = models.BooleanField(default=False)
    status = models.CharField(max_length=30)
    item = models.CharField(max_length=64)
    plan = models.SlugField(max_length=40)
    interval = models.CharField(max_length=5, choices=Interval.choices)
    currency = models.CharField(max_length=3)
    #: For one seat and one interval.
    unit_amount = models.BigIntegerField()
    seats = models.PositiveIntegerField()
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    cancel_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    #: When the first payment of the oldest open invoice was refused.
    past_due_since = models.DateTimeField(null=True, blank=True)
    #: A change planned for the renewal: the schedule's id, and what will hold.
    schedule = models.CharField(max_length=64, blank=True)
    then_plan = models.SlugField(max_length=40, blank=True)
    then_interval = models.CharField(max_length=5, choices=Interval.choices, blank=True)
    then_seats = models.PositiveIntegerField(null=True, blank=True)
    then_at = models.DateTimeField(null=True, blank=True)
    #: A purchase that waits for its payment: the seats wished for and until when.
    pending_seats = models.PositiveIntegerField(null=True, blank=True)
    pending_until = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField()
    synced_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(is_current=True), name="one_current_subscription"
            ),
        ]

    def __str__(self) -> str:
        return self.stripe_id


class Invoice(models.Model):
    """An invoice as the provider told it last. Never deleted, corrected by a credit note only."""

    account = models.ForeignKey(BillingAccount, on_delete=models.PROTECT, related_name="invoices")
    stripe_id = models.CharField(max_length=64, unique=True)
    subscription = models.CharField(max_length=64, blank=True)
    number = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=20)
    reason = models.CharField(max_length=40, blank=True)
    currency = models.CharField(max_length=3)
    total = models.BigIntegerField()
    tax = models.BigIntegerField(default=0)
    amount_due = models.BigIntegerField()
    amount_paid = models.BigIntegerField(default=0)
    #: What credit notes took back.
    credited = models.BigIntegerField(default=0)
    hosted_url = models.URLField(max_length=600, blank=True)
    pdf_url = models.URLField(max_length=600, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    finalized_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    synced_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["account", "-created_at"], name="invoices_of_account")]

    def __str__(self) -> str:
        return self.number or self.stripe_id


class Event(models.Model):
    """The inbox: something happened at the provider. A hint to look, never a fact in itself."""

    class State(models.TextChoices):
        """How far it is."""

        NEW = "new"
        DONE = "done"
        IGNORED = "ignored"
        FAILED = "failed"

    id = models.CharField(max_length=64, primary_key=True)
    type = models.CharField(max_length=80)
    customer = models.CharField(max_length=64, blank=True)
    object = models.CharField(max_length=80, blank=True)
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(db_default=Now())
    error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="new"), name="events_to_look_at"),
            models.Index(fields=["customer"], name="events_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class Command(models.Model):
    """The outbox: something that somebody wants from the provider; also the trail of intents."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting"
        SENT = "sent"  #: a call may be under way, or its answer was lost
        DONE = "done"
        REFUSED = "refused"  #: the provider or we said no; the sentence says why
        LOST = "lost"  #: nobody knows; an operator must look

    #: The idempotency keys are made of it.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(BillingAccount, on_delete=models.PROTECT, related_name="commands")
    kind = models.CharField(max_length=40)
    args = models.JSONField(default=dict)
    #: Who asked: name and number of a person of the workspace, an operator, or the system.
    actor = models.JSONField(default=dict)
    #: What was signed when it was previewed; the same preview never becomes two commands.
    once = models.CharField(max_length=100, unique=True, null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    #: Raised when the provider stored a failure of its own under the last key.
    key_number = models.PositiveIntegerField(default=1)
    next_at = models.DateTimeField(db_default=Now())
    claimed_until = models.DateTimeField(null=True, blank=True)
    first_sent_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(state__in=["waiting", "sent"]),
                name="commands_to_send",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Comp(models.Model):
    """A plan that an operator gives without the provider: goodwill, or a contract outside."""

    account = models.ForeignKey(BillingAccount, on_delete=models.PROTECT, related_name="comps")
    plan = models.SlugField(max_length=40)
    seats = models.PositiveIntegerField(null=True, blank=True)
    #: None has no end.
    until = models.DateTimeField(null=True, blank=True)
    reason = models.TextField()
    by = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(ended_at=None), name="one_comp_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} for {self.account_id}"


class Entry(models.Model):
    """The audit of money and rights; only ever added to."""

    account = models.ForeignKey(BillingAccount, on_delete=models.PROTECT, related_name="entries")
    at = models.DateTimeField(db_default=Now(), editable=False)
    what = models.CharField(max_length=60)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    #: A person, an operator, an event of the provider, or the clock.
    by = models.CharField(max_length=200)
    reason = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(F("account"), F("at").desc(), name="entries_of_account")]

    def __str__(self) -> str:
        return f"{self.what} {self.account_id}"


class DriftReport(models.Model):
    """What a comparison of our mirror with the provider found, and whether it was put right."""

    at = models.DateTimeField(db_default=Now(), editable=False)
    #: A listing that broke off proves nothing.
    is_complete = models.BooleanField(default=False)
    compared = models.PositiveIntegerField(default=0)
    #: One entry a difference: account, what, ours, theirs.
    differences = models.JSONField(default=list)
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_by = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.at:%F %R}"


class Mark(models.Model):
    """Where something that comes round stands: when it was done, and how far it came."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    value = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return self.name
